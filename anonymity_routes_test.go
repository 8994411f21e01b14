package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/metrics"
	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/openapi"
)

// figures are KPIs beside the answers: one of every person, which the reader may
// write, too, and one of the employees.
func (o *office) figures() {
	o.must(o.admin, "PUT", "/v1/kpis/sales", `{"name":"Sales","kind":"financial","unit":"EUR","better":"higher","adds_up":"sum"}`)
	o.must(o.admin, "PUT", "/v1/kpis/absence", `{"name":"Absence","kind":"employee","unit":"ratio","better":"lower","adds_up":"mean"}`)
	sales := make([]string, employees)
	for who := range sales {
		sales[who] = fmt.Sprintf(`{"period":"month","start":"2026-09-01","value":%d,"person":"person-%[1]d"}`, who)
	}
	o.must(o.admin, "POST", "/v1/kpis/sales/observations", "["+strings.Join(sales, ",")+"]")
	o.must(o.admin, "POST", "/v1/kpis/absence/observations", `{"period":"month","start":"2026-09-01","value":0.5,"size":2,"team":"c"}`)
}

// lookByPerson writes a figure so large that it would show in any mean it is part of.
func (o *office) lookByPerson() {
	who := o.random.IntN(employees)
	o.must(o.reader, "POST", "/v1/kpis/sales/observations", fmt.Sprintf(`{"period":"month","start":"2026-09-01","value":1e9,"person":"person-%d"}`, who))
	for _, path := range []string{
		"/v1/analysis/value?metric=mood&kpi=sales&since=2026-09-01&answer=last", "/v1/analysis/value?metric=mood&kpi=sales&team=a", "/v1/analysis/conversions?metric=mood&window=365d",
		"/v1/kpis/absence/observations", "/v1/kpis/absence/observations?team=c&as_of=2026-11-20T00:00:00Z",
	} {
		if status, text := o.ask(o.reader, "GET", path, ""); status != http.StatusForbidden {
			o.t.Fatalf("%s: %d %s", path, status, text)
		}
	}
	if status, text := o.ask(o.reader, "POST", "/v1/kpis/absence/observations", `{"period":"month","start":"2026-09-01","value":1,"size":1,"person":"person-1"}`); status != http.StatusUnprocessableEntity {
		o.t.Fatalf("a figure of one employee: %d %s", status, text)
	}
}

// lookAtTable holds the table against the scores, which are noted: it tells no others.
func (o *office) lookAtTable() {
	levels, lengths := models.Levels(), models.PeriodLengths()
	level, length := levels[o.random.IntN(len(levels))], lengths[o.random.IntN(len(lengths))]
	var list struct {
		Rows []struct {
			Start, Key, Series string
			Value, N           *float64
			Suppressed         bool
		}
	}
	text := o.must(o.reader, "GET", fmt.Sprintf("/v1/analysis/table?group_by=%s&period=%s", level, length), "")
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		o.t.Fatal(err)
	}
	for _, row := range list.Rows {
		if row.Series == "absence" && row.Value != nil {
			o.t.Fatalf("the absence of two people is told: %s", text)
		}
		if row.Series != "mood" || row.Value == nil {
			continue
		}
		first, err := models.ParseDay(row.Start)
		if err != nil {
			o.t.Fatal(err)
		}
		same := func(s moodRow) bool {
			return s.Key == row.Key && float64(s.SampleSize) == *row.N && s.Score == *row.Value
		}
		if scores := o.scores(fmt.Sprintf("&group_by=%s&since=%s&until=%s", level, row.Start, length.Next(first))); *row.N < 5 || !slices.ContainsFunc(scores, same) {
			o.t.Fatalf("the table tells %+v, the scores are %+v", row, scores)
		}
	}
}

var pastPattern = regexp.MustCompile(`(?m)^cx_score_mean\{workspace="default",metric="mood",([^}]*)\} (\S+) (\d+)$`)

// lookBack reads the history of the series and holds it against the API: what
// stands there of a midnight is what the days before it add up to, and so is noted.
func (o *office) lookBack() {
	workspace := models.Workspace{Key: "default", TimeZone: "Europe/Helsinki"}
	zone, err := workspace.Zone()
	if err != nil {
		o.t.Fatal(err)
	}
	today, text := models.DayOf(o.at, zone), &strings.Builder{}
	history := metrics.History{Source: o.db, Log: slog.New(slog.DiscardHandler), Now: o.at, Period: models.Period{Since: today - 60, Until: today}, Told: func() {}}
	if err := history.Write(o.t.Context(), text, []models.Workspace{workspace}); err != nil {
		o.t.Fatal(err)
	}
	rows, told := map[string][]moodRow{}, 0
	for _, line := range pastPattern.FindAllStringSubmatch(text.String(), -1) {
		labels := line[1]
		mean, err := strconv.ParseFloat(line[2], 64)
		if err != nil {
			o.t.Fatal(err)
		}
		at, err := strconv.ParseInt(line[3], 10, 64)
		if err != nil {
			o.t.Fatal(err)
		}
		level, key := labelOf(labels, "level"), ""
		if level != "company" {
			key = labelOf(labels, level)
		}
		window, _ := models.WindowByName(labelOf(labels, "window"))
		midnight := models.DayOf(time.Unix(at, 0), zone)
		query := fmt.Sprintf("&group_by=%s&since=%s&until=%s", level, window.Period(midnight).Since, midnight)
		if rows[query] == nil {
			rows[query] = o.scores(query)
		}
		if !slices.ContainsFunc(rows[query], func(r moodRow) bool { return r.Key == key && r.SampleSize > 0 && math.Abs(r.Mean-mean) < 1e-9 }) {
			o.t.Fatalf("of %s the history tells %v for %s; the API tells %+v", midnight, mean, labels, rows[query])
		}
		told++
	}
	if told < 100 {
		o.t.Errorf("the history tells %d means: this proves little", told)
	}
}

var (
	singlePattern   = regexp.MustCompile(`"metric":"mood","score"|mood,\d`)
	templatePattern = regexp.MustCompile(`\{[a-z]+\}`)
)

// lookEverywhere asks every route that there is to read, as the document lists
// them, so that a new one is tried too: none shows a single answer.
func (o *office) lookEverywhere() {
	var document struct{ Paths map[string]map[string]any }
	if err := json.Unmarshal(openapi.Document(), &document); err != nil {
		o.t.Fatal(err)
	}
	tried := 0
	for path, methods := range document.Paths {
		if methods["get"] == nil || path == "/openapi.json" { // which has examples
			continue
		}
		tried++
		for _, key := range []string{"mood", "a", "sales", "absence", o.ids[o.random.IntN(len(o.ids))]} {
			path := templatePattern.ReplaceAllString(path, key)
			for _, query := range []string{"", "?metric=mood", "?metric=mood&team=c&window=today", "?person=person-1", "?metric=mood&kpi=sales"} {
				_, text := o.ask(o.reader, "GET", path+query, "")
				if singlePattern.MatchString(text) || saidPattern.MatchString(text) && !strings.HasPrefix(path, "/v1/comments") {
					o.t.Fatalf("%s%s shows a single answer: %s", path, query, text)
				}
			}
		}
	}
	if tried < 20 {
		o.t.Fatalf("%d routes to read were found", tried)
	}
}

func TestReaderFindsNoSingleAnswerByAnyRoute(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, database string) {
		o := newOffice(t, database)
		o.figures()
		for range employees {
			o.answer()
			if o.random.IntN(5) == 0 {
				o.at = o.at.AddDate(0, 0, o.random.IntN(6))
				o.lookByPerson()
				o.lookAtTable()
				o.scrape()
			}
		}
		o.lookEverywhere()
		if len(o.seen) < 5 {
			t.Errorf("%d figures were seen: this proves little", len(o.seen))
		}
	})
}

// kiosk sends an employee's answer at the kiosk with a key and gives the response's id.
func (o *office) kiosk(key string, score int) string {
	body := fmt.Sprintf(`{"survey":"week","touchpoint":"morning","channel":"kiosk","team":"c","metric":"mood","score":%d,"comment":"said by %[1]d."}`, score)
	var stored struct{ ID string }
	if err := json.Unmarshal([]byte(o.must(key, "POST", "/v1/responses", body)), &stored); err != nil {
		o.t.Fatal(err)
	}
	return stored.ID
}

// seenAtKiosk are the scores that the reader is told by team, today or ever, and what was said.
func (o *office) seenAtKiosk() string {
	var all []string
	for _, query := range []string{"", "&group_by=team", "&group_by=channel", "&team=c&channel=kiosk"} {
		for _, row := range o.scores(query + "&window=365d") {
			for _, d := range row.Distribution {
				if d.N > 0 {
					all = append(all, fmt.Sprint(d.Score))
				}
			}
		}
	}
	for _, found := range saidPattern.FindAllStringSubmatch(o.must(o.reader, "GET", "/v1/comments?metric=mood&window=365d&limit=1000", ""), -1) {
		all = append(all, found[1])
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), " ")
}

// Who may send answers can't fill up a lot with made-up ones to find what the few others in it said.
func TestReaderCantFillUpALotOfOthers(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, database string) {
		o := newOffice(t, database)
		desk := o.key("desk", models.WriteResponses)
		var ids []string
		for _, score := range []int{11, 12, 13, 14} {
			ids = append(ids, o.kiosk(desk, score))
		}
		for range 12 {
			ids = append(ids, o.kiosk(o.reader, 50))
		}
		if seen := o.seenAtKiosk(); seen != "50" {
			t.Errorf("the reader sees %q", seen)
		}
		for _, excluded := range []string{"true", "false"} { // what comes back is no less apart
			for _, id := range ids {
				o.must(o.reader, "PATCH", "/v1/responses/"+id, `{"excluded":`+excluded+`}`)
			}
		}
		for range 3 {
			for range 12 {
				o.kiosk(o.reader, 50)
			}
			o.at = o.at.AddDate(0, 0, 20) // their wave is over
			if err := o.db.FormLots(t.Context()); err != nil {
				t.Fatal(err)
			}
			if seen := o.seenAtKiosk(); seen != "50" {
				t.Errorf("the reader sees %q", seen)
			}
		}
		for _, score := range []int{15, 16, 17, 18, 19} { // those who came back come beside five new ones
			o.kiosk(desk, score)
		}
		if seen := o.seenAtKiosk(); seen != "11 12 13 14 15 16 17 18 19 50" {
			t.Errorf("the reader sees %q", seen)
		}
	})
}
