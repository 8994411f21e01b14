package api_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/api"
	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/store/storetest"
)

// betweenStore does something before each page but the first.
type betweenStore struct {
	api.Store
	do *func()
}

func (s betweenStore) FindResponses(ctx context.Context, workspace string, f models.ResponseFilter) ([]models.Response, error) {
	if f.Before != "" {
		(*s.do)()
	}
	return s.Store.FindResponses(ctx, workspace, f)
}

func (s betweenStore) FindObservations(ctx context.Context, workspace, kpi string, f models.ObservationFilter) ([]models.Observation, error) {
	if f.Before != "" {
		(*s.do)()
	}
	return s.Store.FindObservations(ctx, workspace, kpi, f)
}

// betweenPages runs the test on each database, on a server that does something before each page but the first.
func betweenPages(t *testing.T, test func(t *testing.T, s *server, do *func())) {
	for name, database := range map[string]func(testing.TB) string{"sqlite": func(testing.TB) string { return "" }, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			do := func() {}
			test(t, newServer(t, setup{database: database(t), config: func(c *api.Config) { c.Store = betweenStore{c.Store, &do} }}), &do)
		})
	}
}

// figuresOf sends a figure of each of so many persons.
func (c caller) figuresOf(t testing.TB, persons, figure int) {
	t.Helper()
	var lines strings.Builder
	for i := range persons {
		fmt.Fprintf(&lines, `{"period":"year","start":"2026-01-01","person":"p-%d","value":%d}`+"\n", i, figure)
	}
	c.send(t, "POST", "/v1/kpis/revenue/observations", lines.String(), "Content-Type: "+ndjson).want(t, http.StatusOK)
}

func TestStreamTellsWhatThereWasOnceWhileRowsAreAdded(t *testing.T) {
	t.Parallel()
	betweenPages(t, func(t *testing.T, s *server, do *func()) {
		admin := s.as(t, home).hasty()
		admin.putKPI(t, "revenue", sales).want(t, http.StatusCreated)
		admin.figuresOf(t, 600, 1)
		admin.post(t, "/v1/responses/bulk", numberedLines(1, 600)).want(t, http.StatusOK)
		figure := 1
		*do = func() { // what was told, and what was not yet, is corrected; more arrives
			s.clock.pass(time.Second)
			figure++
			admin.figuresOf(t, 610, figure)
			admin.record(t, goodLine)
		}
		for form, read := range map[string]func(string) []map[string]string{
			ndjson: func(body string) []map[string]string {
				var rows []map[string]string
				for _, d := range documents(t, body, "") {
					rows = append(rows, cellsOf(t, d))
				}
				return rows
			},
			"text/csv":  func(body string) []map[string]string { return reply{body: body}.rows(t) },
			parquetFile: func(body string) []map[string]string { return parquetRows(t, body, time.UTC) },
		} {
			told := map[string]string{}
			for _, r := range read(admin.get(t, "/v1/kpis/revenue/observations?with_persons=true", "Accept: "+form).want(t, http.StatusOK).body) {
				if before, twice := told[r["person"]]; twice {
					t.Fatalf("%s: %s is told twice: %s and %s", form, r["person"], before, r["value"])
				}
				told[r["person"]] = r["value"]
			}
			of := map[string]int{}
			for _, value := range told {
				of[value]++
			}
			if len(told) != 600 && len(told) != 610 || len(of) != 1 {
				t.Errorf("%s: %d persons are told, with %v", form, len(told), of)
			}
			seen := map[string]bool{}
			for _, r := range read(admin.get(t, "/v1/responses", "Accept: "+form).want(t, http.StatusOK).body) {
				if id := r["submission_id"]; strings.HasPrefix(id, "n-") && seen[id] {
					t.Errorf("%s: %s is told twice", form, id)
				}
				seen[r["submission_id"]] = true
			}
			if len(seen) != 600 && len(seen) != 601 { // those recorded between had one id
				t.Errorf("%s: %d responses are told", form, len(seen))
			}
		}
	})
}

func TestPagesOfObservationsStayRightWhileFiguresAreAddedAndCorrected(t *testing.T) {
	t.Parallel()
	betweenPages(t, func(t *testing.T, s *server, do *func()) {
		admin := s.as(t, home)
		admin.putKPI(t, "revenue", sales).want(t, http.StatusCreated)
		admin.figuresOf(t, 50, 1)
		s.clock.pass(time.Second)
		admin.figuresOf(t, 50, 2)
		figure := 2
		*do = func() {
			s.clock.pass(time.Second)
			figure++
			admin.figuresOf(t, 55, figure)
		}
		var told []string
		next := ""
		for pages := 0; pages == 0 || next != ""; pages++ {
			list := admin.observations(t, "revenue", "?with_persons=true&limit=7&cursor="+next)
			told, next = append(told, list.figures()...), list.NextCursor
			if pages > 7 {
				t.Fatal("there is no end")
			}
		}
		slices.Sort(told)
		if len(told) != 50 || len(slices.Compact(told)) != 50 || slices.ContainsFunc(told, func(f string) bool { return !strings.HasSuffix(f, " 2") }) {
			t.Errorf("the pages tell %q, want each of 50 persons once, with the figure that held", told)
		}
		if p := wantProblem(t, admin.get(t, "/v1/kpis/revenue/observations?cursor="+strings.Repeat("A", 22)), http.StatusBadRequest, "malformed"); p.faultOf("cursor") == "" {
			t.Errorf("a cursor of another list: %+v", p)
		}
	})
}

func TestPagesOfWhatWasDoneAndSentStayRightWhileThereIsMore(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		hook := admin.hook(t, toldOf("https://crm.example/", "response.created"))
		for plural, list := range map[string]struct {
			path string
			add  func()
		}{
			"audit":      {"/v1/audit?act=person.read", func() { admin.get(t, "/v1/people/c-1").want(t, http.StatusOK) }},
			"deliveries": {"/v1/webhooks/" + hook.ID + "/deliveries?", func() { admin.record(t, `{"metric":"nps","score":9}`) }},
		} {
			for range 11 {
				list.add()
			}
			ids := func(body string) (all []string) {
				for _, d := range documents(t, body, plural) {
					all = append(all, d["id"].(string))
				}
				return all
			}
			want := ids(admin.get(t, list.path+"&limit=100").want(t, http.StatusOK).body)
			var got []string
			next := ""
			for pages := 0; pages == 0 || next != "" && pages < 9; pages++ {
				r := admin.get(t, list.path+"&limit=3&cursor="+next).want(t, http.StatusOK)
				got = append(got, ids(r.body)...)
				next, _ = documents(t, r.body, "")[0]["next_cursor"].(string)
				list.add()
			}
			if len(want) != 11 || !slices.Equal(got, want) {
				t.Errorf("the pages of %s tell %q, want %q", plural, got, want)
			}
		}
	})
}

// streaming opens an export and reads its first line.
func (c caller) streaming(t *testing.T, form string) (rest *bufio.Reader, leave func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, "GET", c.url+"/v1/responses", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header = http.Header{"Accept": {form}, "Authorization": {"Bearer " + c.token}}
	answer, err := c.plain.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = answer.Body.Close() })
	reader := bufio.NewReader(answer.Body)
	if _, err := reader.ReadString('\n'); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatal(answer.Status, err)
	}
	return reader, cancel
}

// fill stores more responses than connections hold of an export that is not read.
func (c caller) fill(t *testing.T) {
	t.Helper()
	line := fmt.Sprintf(`{"metric":"nps","score":9,"comment":"%s"}`+"\n", strings.Repeat("x", 5000))
	c.post(t, "/v1/responses/bulk", strings.Repeat(line, filled)).want(t, http.StatusOK)
}

const filled = 4000

func TestExportsAreFewAtOnceAndNoWorkspaceKeepsTheOthersOut(t *testing.T) {
	t.Parallel()
	over := make(chan string, 100)
	s := newServer(t, setup{config: func(c *api.Config) {
		c.Observe = func(_, route string, _ int, _ time.Duration) { over <- route }
	}})
	var streams []*bufio.Reader
	for _, workspace := range []string{home, other} {
		c := s.as(t, workspace).hasty()
		c.fill(t)
		next(t, over)
		for range 4 {
			rest, _ := c.streaming(t, ndjson)
			streams = append(streams, rest)
		}
		r := c.get(t, "/v1/scores?metric=nps", "Accept: text/csv")
		wantProblem(t, r, http.StatusServiceUnavailable, "busy")
		if r.header.Get("Retry-After") != "10" || r.header.Get("Content-Disposition") != "" {
			t.Errorf("the headers are %v", r.header)
		}
		c.get(t, "/v1/responses?limit=5", "Accept: text/csv").want(t, http.StatusOK) // is no export
		next(t, over)
		next(t, over)
	}
	for _, rest := range streams {
		if text, err := io.ReadAll(rest); err != nil || strings.Count(string(text), "\n") != filled-1 {
			t.Errorf("%d more lines: %v", strings.Count(string(text), "\n"), err)
		}
		next(t, over)
	}
	for range 5 {
		s.as(t, home).get(t, "/v1/scores?metric=nps", "Accept: text/csv").want(t, http.StatusOK)
	}
}

func TestExportEndsWithItsClient(t *testing.T) {
	t.Parallel()
	over := make(chan string, 100)
	s := newServer(t, setup{config: func(c *api.Config) {
		c.Observe = func(_, route string, _ int, _ time.Duration) { over <- route }
	}})
	admin := s.as(t, home).hasty()
	admin.fill(t)
	next(t, over)
	for range 5 { // more than there may be at once
		_, leave := admin.streaming(t, "text/csv")
		leave()
		next(t, over)
	}
	if strings.Contains(s.logs.String(), "ERROR") {
		t.Errorf("that a client went away was logged as the server's fault:\n%s", s.logs)
	}
}

func TestParquetThatFailsBeforeAnythingIsToldIsAProblem(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{config: func(c *api.Config) { c.Store = cutStore{c.Store} }})
	admin := s.as(t, home)
	admin.post(t, "/v1/responses/bulk", numberedLines(1, 300)).want(t, http.StatusOK)
	r := admin.get(t, "/v1/responses", "Accept: "+parquetFile)
	wantProblem(t, r, http.StatusInternalServerError, "internal")
	if r.header.Get("Content-Disposition") != "" {
		t.Errorf("the headers are %v", r.header)
	}
}

// TestExportTenTimesAsLargeHoldsNoMoreMemory measures, so it is not parallel. What is told is far more than may be held.
func TestExportTenTimesAsLargeHoldsNoMoreMemory(t *testing.T) {
	s := newServer(t, setup{})
	admin := s.as(t, home).hasty()
	random := rand.New(rand.NewPCG(1, 2))
	add := func(responses int) {
		var lines strings.Builder
		for range responses {
			comment := make([]byte, 4000) // of which little can be compressed
			for i := range comment {
				comment[i] = byte('a' + random.IntN(26))
			}
			fmt.Fprintf(&lines, `{"metric":"nps","score":9,"comment":"%s"}`+"\n", comment)
		}
		admin.post(t, "/v1/responses/bulk", lines.String()).want(t, http.StatusOK)
	}
	measure := func(form, encoding string) (peak uint64, told int64) {
		peak = peakOfHeap(func() {
			answer := admin.open(t, "/v1/responses", "Accept: "+form, "Accept-Encoding: "+encoding)
			n, err := io.Copy(io.Discard, answer.body)
			if told = n; err != nil {
				t.Error(err)
			}
		})
		return peak, told
	}
	forms := [][2]string{{ndjson, ""}, {"text/csv", ""}, {"text/csv", "zstd"}, {parquetFile, ""}}
	var small []uint64
	add(1500)
	for _, f := range forms {
		peak, _ := measure(f[0], f[1])
		small = append(small, peak)
	}
	for range 9 {
		add(1500)
	}
	for i, f := range forms {
		peak, told := measure(f[0], f[1])
		t.Logf("%v: %.1f MB of heap for %.1f MB, and %.1f MB for a tenth", f, float64(peak)/1e6, float64(told)/1e6, float64(small[i])/1e6)
		if most := small[i] + 2*16<<20; f[0] == parquetFile && peak > most || f[0] != parquetFile && peak > small[i]+8<<20 {
			t.Errorf("%v: the heap grew by %d MB, of a tenth by %d MB", f, peak>>20, small[i]>>20)
		}
	}
}
