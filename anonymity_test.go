package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/api"
	"github.com/mittari/mittari/metrics"
	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/ingest"
	"github.com/mittari/mittari/models/store"
)

// office is a server whose clock the test moves, and a company whose employees
// answer on a scale so long that each gives an answer of his own: a histogram
// tells exactly who is in it, which is more than an attacker is ever told.
type office struct {
	t             *testing.T
	db            *store.Store
	exporter      *metrics.Exporter
	handler       http.Handler
	at            time.Time
	admin, reader string
	random        *rand.Rand
	ids           []string        // of the stored responses, by employee
	gone          map[int]bool    // erased or excluded
	seen          map[string]bool // who was in a figure that the reader was told, as bits
	said          map[string]bool // who was in a list of comments
}

const employees = 100

func newOffice(t *testing.T, database string) *office {
	o := &office{t: t, at: time.Date(2026, 11, 2, 7, 0, 0, 0, time.UTC), random: rand.New(rand.NewPCG(7, 11)), //nolint:gosec // a test is to be repeatable
		gone: map[int]bool{}, seen: map[string]bool{}, said: map[string]bool{}}
	now := func() time.Time { return o.at }
	log := slog.New(slog.DiscardHandler)
	var err error
	if o.db, err = store.Open(t.Context(), store.Config{URL: database, MaxKeys: 100, Clock: now, Logger: log}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.db.Close)
	if _, err := o.db.CreateWorkspace(t.Context(), models.Workspace{Key: "default", TimeZone: "Europe/Helsinki"}); err != nil {
		t.Fatal(err)
	}
	writer := ingest.New(o.db, ingest.Options{})
	done := make(chan struct{})
	go func() { writer.Run(); close(done) }()
	t.Cleanup(func() { writer.Close(); <-done })
	if o.exporter, err = metrics.New(metrics.Config{Source: o.db, Log: log, Now: now}); err != nil {
		t.Fatal(err)
	}
	o.handler, err = api.New(api.Config{Store: o.db, Recorder: writer, Clock: now, NewID: store.NewID, Logger: log, Operators: "default",
		Ready: func() error { return nil }, Observe: func(string, string, int, time.Duration) {}})
	if err != nil {
		t.Fatal(err)
	}
	o.admin = o.key("admin", models.Admin)
	o.reader = o.key("reader", slices.DeleteFunc(models.Scopes(), func(s models.Scope) bool { return s == models.Admin })...)
	o.must(o.admin, "PUT", "/v1/metrics/mood", `{"name":"Mood","min":0,"max":99,"top":70,"bottom":30,"headline":"mean","audience":"employee"}`)
	o.must(o.admin, "PUT", "/v1/journeys/day", `{"touchpoints":["morning","evening"]}`)
	return o
}

func (o *office) key(name string, scopes ...models.Scope) string {
	token := name + "-token-of-a-test-server"
	_, err := o.db.CreateKey(o.t.Context(), models.Key{Workspace: "default", Name: name, Scopes: scopes, Hash: models.HashToken(token)})
	if err != nil {
		o.t.Fatal(err)
	}
	return token
}

// ask makes a request.
func (o *office) ask(key, method, path, body string, headers ...string) (int, string) {
	request := httptest.NewRequestWithContext(o.t.Context(), method, path, strings.NewReader(body))
	request.Header.Set("Authorization", "Bearer "+key)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	o.handler.ServeHTTP(w, request)
	return w.Code, w.Body.String()
}

func (o *office) must(key, method, path, body string) string {
	o.t.Helper()
	status, text := o.ask(key, method, path, body)
	if status >= 300 {
		o.t.Fatalf("%s %s: %d %s", method, path, status, text)
	}
	return text
}

// answer is one more employee's: his answer is his number, and his comment names it.
func (o *office) answer() {
	who := len(o.ids)
	pick := func(keys ...string) string { return keys[o.random.IntN(len(keys))] }
	collected := o.at.Add(-time.Duration(o.random.IntN(100)) * time.Hour)
	if o.random.IntN(2) == 0 {
		collected = o.at
	}
	body := fmt.Sprintf(`{"submission_id":"s-%d","survey":%q,"touchpoint":%q,"channel":%q,"team":%q,"person":"person-%[1]d","collected_at":%[6]q,
		"answers":[{"metric":"mood","score":%[1]d,"comment":"said by %[1]d."}]}`, who, pick("week", "week", "week", "month"), pick("morning", "morning", "morning", "evening"),
		pick("web", "web", "web", "web", "kiosk"), pick("a", "a", "a", "a", "b", "b", "c"), collected.Format(time.RFC3339))
	if who%10 == 0 { // a customer's answer beside it
		body = strings.Replace(body, `"answers":[`, `"answers":[{"metric":"csat","score":4,"comment":"fine"},`, 1)
	}
	var stored struct{ ID string }
	if err := json.Unmarshal([]byte(o.must(o.admin, "POST", "/v1/responses", body)), &stored); err != nil {
		o.t.Fatal(err)
	}
	o.ids = append(o.ids, stored.ID)
}

// remove erases or excludes the response of somebody who is still there.
func (o *office) remove() {
	who := o.random.IntN(len(o.ids))
	if o.gone[who] {
		return
	}
	o.gone[who] = true
	if o.random.IntN(2) == 0 {
		o.must(o.admin, "DELETE", "/v1/responses/"+o.ids[who], "")
	} else {
		o.must(o.admin, "PATCH", "/v1/responses/"+o.ids[who], `{"excluded":true}`)
	}
}

// people are some employees as bits.
type people [employees]byte

func (p people) String() string { return string(p[:]) }

type moodRow struct {
	Level, Key   string
	SampleSize   int64 `json:"sample_size"`
	Score, Mean  float64
	Suppressed   bool
	Distribution []struct {
		Score int
		N     int64
	}
}

// scores notes who is in each score that the query gives.
func (o *office) scores(query string) []moodRow {
	var list struct{ Scores []moodRow }
	if err := json.Unmarshal([]byte(o.must(o.reader, "GET", "/v1/scores?metric=mood"+query, "")), &list); err != nil {
		o.t.Fatal(err)
	}
	for _, row := range list.Scores {
		var in people
		for _, d := range row.Distribution {
			in[d.Score] = byte(d.N)
		}
		if row.SampleSize > 0 {
			o.seen[in.String()] = true
		}
		if row.SampleSize != 0 && row.SampleSize < 5 {
			o.t.Fatalf("%s tells of %d employees: %+v", query, row.SampleSize, row)
		}
	}
	return list.Scores
}

// look asks everything that the reader can think of.
func (o *office) look() {
	day := func(ago int) string { return o.at.AddDate(0, 0, -ago).Format(time.DateOnly) }
	for _, level := range models.Levels() {
		for _, window := range models.Windows() {
			o.scores("&group_by=" + string(level) + "&window=" + window.Name)
		}
		for _, filter := range []string{"", "&team=a", "&team=b&channel=web", "&survey=week&touchpoint=morning"} {
			o.scores("&group_by=" + string(level) + "&since=" + day(30) + "&interval=day" + filter)
		}
		o.scores(fmt.Sprintf("&group_by=%s&since=%s&until=%s", level, day(2+o.random.IntN(20)), day(o.random.IntN(2))))
	}
	for _, filter := range []string{"", "&team=a", "&team=c", "&channel=kiosk", "&team=b&survey=week"} {
		text := o.must(o.reader, "GET", "/v1/comments?metric=mood&window=365d&limit=1000"+filter, "")
		var in people
		for _, found := range saidPattern.FindAllStringSubmatch(text, -1) {
			who, _ := strconv.Atoi(found[1])
			in[who] = 1
		}
		o.said[in.String()] = true
		if personPattern.MatchString(text) || strings.Contains(text, `"score"`) {
			o.t.Fatalf("a comment says whose it is: %s", text)
		}
	}
	o.lookOneByOne()
	o.scrape()
}

var (
	saidPattern   = regexp.MustCompile(`said by (\d+)\.`)
	personPattern = regexp.MustCompile(`person-\d|s-\d|\d\d:\d\d`)
)

// lookOneByOne asks for responses themselves.
func (o *office) lookOneByOne() {
	for _, form := range []string{"application/json", "application/x-ndjson", "text/csv"} {
		for _, filter := range []string{"", "?team=a", "?person=person-1", "?submission_id=s-10", "?touchpoint=morning&limit=1000"} {
			if _, text := o.ask(o.reader, "GET", "/v1/responses"+filter, "", "Accept", form); strings.Contains(text, "mood") || strings.Contains(text, "said by") {
				o.t.Fatalf("%s: a single answer is shown: %s", filter, text)
			}
		}
	}
	if status, text := o.ask(o.reader, "GET", "/v1/responses?metric=mood", ""); status != http.StatusForbidden {
		o.t.Fatalf("asked for answers: %d %s", status, text)
	}
	who := o.random.IntN(len(o.ids))
	for _, method := range []string{"GET", "PATCH"} {
		if _, text := o.ask(o.reader, method, "/v1/responses/"+o.ids[who], `{"tags":["seen"]}`); strings.Contains(text, "mood") {
			o.t.Fatalf("%s by id: a single answer is shown: %s", method, text)
		}
	}
	guess := func(score int) string {
		_, text := o.ask(o.reader, "POST", "/v1/responses", fmt.Sprintf(`{"submission_id":"s-%d","metric":"mood","score":%d}`, who, score))
		return text
	}
	if !o.gone[who] && guess(who) != guess((who+1)%employees) {
		o.t.Fatalf("the right answer to s-%d can be told from a wrong one: %s and %s", who, guess(who), guess((who+1)%employees))
	}
}

var seriesPattern = regexp.MustCompile(`(?m)^(cx_\w+)\{workspace="default",metric="mood",([^}]*)\} (\S+)$`)

// scrape holds the series against the API: what they tell is told there too, and so has been noted.
func (o *office) scrape() {
	if err := o.exporter.Refresh(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
	w := httptest.NewRecorder()
	o.exporter.Handler().ServeHTTP(w, httptest.NewRequestWithContext(o.t.Context(), "GET", "/metrics/cx", nil))
	text, err := io.ReadAll(w.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	leaves, means := map[string]int64{}, map[string]float64{}
	for _, line := range seriesPattern.FindAllStringSubmatch(string(text), -1) {
		name, labels := line[1], line[2]
		value, err := strconv.ParseFloat(line[3], 64)
		if err != nil {
			o.t.Fatal(err)
		}
		switch name {
		case "cx_score_mean":
			means[labels] = value
		case "cx_window_responses", "cx_responses_total":
			leaves[name+categoryPattern.ReplaceAllString(labels, "")] += int64(value)
		case "cx_score_sample_size", "cx_score_drop_sample_size", "cx_score_baseline_sample_size":
			if value < 5 {
				o.t.Fatalf("%s tells of %v employees: %s", name, value, labels)
			}
		default:
			if !slices.Contains(derivedSeries(), name) {
				o.t.Fatalf("%s tells of employees, and this test knows nothing of it", name)
			}
		}
	}
	for leaf, n := range leaves {
		if n != 0 && n < 5 {
			o.t.Fatalf("%s tells of %d employees", leaf, n)
		}
	}
	for labels, mean := range means {
		level, window := labelOf(labels, "level"), labelOf(labels, "window")
		key := ""
		if level != "company" {
			key = labelOf(labels, level)
		}
		same := func(r moodRow) bool { return r.Key == key && r.SampleSize > 0 && math.Abs(r.Mean-mean) < 1e-9 }
		if rows := o.scores("&group_by=" + level + "&window=" + window); !slices.ContainsFunc(rows, same) {
			o.t.Fatalf("the series %s is %v; the API tells %+v", labels, mean, rows)
		}
	}
}

// derivedSeries are calculated from the histograms whose members are noted, and from nothing else.
func derivedSeries() []string {
	return []string{"cx_score", "cx_score_stderr", "cx_score_lower", "cx_score_upper", "cx_score_baseline", "cx_score_drop_points", "cx_score_drop_z",
		"cx_score_baseline_coverage_ratio", "cx_score_floor_suggested", "cx_score_cusum", "cx_score_decline_baseline_coverage_ratio",
		"cx_score_decline_start_timestamp_seconds", "cx_volume_responses", "cx_volume_expected", "cx_volume_z",
		"cx_journey_score", "cx_journey_score_lower", "cx_journey_score_upper", "cx_journey_peak_position", "cx_journey_end_position", "cx_journey_step_position"}
}

var categoryPattern = regexp.MustCompile(`,?category="[a-z]+"`)

func labelOf(labels, name string) string {
	_, rest, _ := strings.Cut(","+labels, ","+name+`="`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// life is what goes on in the office while the reader watches.
func (o *office) life(steps int, removing bool) {
	for range steps {
		switch what := o.random.IntN(20); {
		case what == 0:
			o.at = o.at.Add(time.Duration(o.random.IntN(15*24)) * time.Hour)
			if err := o.db.FormLots(o.t.Context()); err != nil {
				o.t.Fatal(err)
			}
		case what < 3:
			o.at = o.at.Add(time.Duration(o.random.IntN(24)) * time.Hour)
		case what < 5 && removing && len(o.ids) > 0:
			o.remove()
		case len(o.ids) < employees:
			o.answer()
		}
		if len(o.ids) > 0 {
			o.look()
		}
	}
	if differences, err := o.db.Verify(o.t.Context(), "default", false); err != nil || len(differences) > 0 {
		o.t.Fatalf("the rollups differ: %v, %v", differences, err)
	}
	o.lookBack()
}

// kinds are the employees that the figures never tell apart: all of a kind are in
// the same ones. Any sum or difference of figures is the same for all of a kind.
func kinds(seen map[string]bool) map[string]int {
	figures := slices.Sorted(maps.Keys(seen))
	kinds := map[string]int{}
	for who := range employees {
		var in strings.Builder
		for _, f := range figures {
			in.WriteByte('0' + f[who])
		}
		if strings.Contains(in.String(), "1") {
			kinds[in.String()]++
		}
	}
	return kinds
}

func TestReaderOfEverythingCantTellFewerThanFiveEmployeesApart(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, database string) {
		o := newOffice(t, database)
		o.life(130, false)
		told := 0
		for _, n := range kinds(o.seen) {
			told += n
			if n < 5 {
				t.Errorf("%d employees can be told from all others by subtraction", n)
			}
		}
		if told < employees/2 || len(o.seen) < 30 {
			t.Errorf("%d figures of %d employees were seen: this proves little", len(o.seen), told)
		}
		commented := 0
		for _, n := range kinds(o.said) {
			commented += n
			if n < 10 {
				t.Errorf("the comments of %d employees can be told from all others", n)
			}
		}
		if commented < 20 {
			t.Errorf("comments of %d employees were seen: this proves little", commented)
		}
	})
}

// Where answers are erased and excluded, what is left of a lot is told from what
// is gone; but no sum of figures, each taken any number of times, is one employee's answer.
func TestReaderOfEverythingCantSubtractOneEmployeeFromOthers(t *testing.T) {
	o := newOffice(t, sqliteURL(t))
	o.life(160, true)
	span := newSpan()
	for figure := range o.seen {
		span.add([]byte(figure))
	}
	if len(o.gone) < 5 || len(span.rows) < 5 {
		t.Errorf("%d answers were taken away and %d independent figures seen: this proves little", len(o.gone), len(span.rows))
	}
	for who := range employees {
		var alone people
		alone[who] = 1
		if span.holds(alone[:]) {
			t.Errorf("the answer of employee %d can be found by adding and subtracting figures", who)
		}
	}
}

// span is all sums of rows, each taken any number of times: reduced by Gauss's
// elimination modulo a prime, beside which no small determinant is zero.
type span struct{ rows map[int][]int64 } // by the place of their first entry, which is 1

const prime = 2147483647

func newSpan() *span { return &span{map[int][]int64{}} }

func (s *span) reduce(row []byte) (rest []int64, first int) {
	rest = make([]int64, len(row))
	for i, v := range row {
		rest[i] = int64(v)
	}
	for i := range rest {
		if rest[i] == 0 {
			continue
		}
		known := s.rows[i]
		if known == nil {
			return rest, i
		}
		for j, factor := i, rest[i]; j < len(rest); j++ {
			rest[j] = ((rest[j]-factor*known[j])%prime + prime) % prime
		}
	}
	return rest, -1
}

func (s *span) add(row []byte) {
	rest, first := s.reduce(row)
	if first < 0 {
		return
	}
	inverse := int64(1)
	for base, e := rest[first], prime-2; e > 0; base, e = base*base%prime, e/2 {
		if e%2 == 1 {
			inverse = inverse * base % prime
		}
	}
	for j := range rest {
		rest[j] = rest[j] * inverse % prime
	}
	s.rows[first] = rest
}

func (s *span) holds(row []byte) bool {
	_, first := s.reduce(row)
	return first < 0
}
