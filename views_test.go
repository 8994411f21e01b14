package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
	"github.com/mittari/mittari/models/store"
	"github.com/mittari/mittari/models/store/storetest"
)

// library is an office on PostgreSQL whose views somebody reads with a BI tool.
type library struct {
	*office
	owner, tool *pgx.Conn
	notices     []string // what the database said to the tool
}

func newLibrary(t *testing.T) *library {
	t.Helper()
	url := storetest.Postgres(t)
	l := &library{office: newOffice(t, url)}
	l.owner, l.tool = l.connect(url), l.connect(url)
	text, err := os.ReadFile("deploy/postgres/views.sql")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // it may be run as often as one likes
		if _, err := l.owner.PgConn().Exec(t.Context(), string(text)).ReadAll(); err != nil {
			t.Fatalf("views.sql: %v", err)
		}
	}
	l.exec(l.tool, "SET ROLE mittari_reader")
	return l
}

func (l *library) connect(url string) *pgx.Conn {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		l.t.Fatal(err)
	}
	config.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { l.notices = append(l.notices, n.Message) }
	conn, err := pgx.ConnectConfig(l.t.Context(), config)
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func (l *library) exec(conn *pgx.Conn, statement string) {
	l.t.Helper()
	if _, err := conn.Exec(l.t.Context(), statement); err != nil {
		l.t.Fatalf("%s: %v", statement, err)
	}
}

// read gives the rows of a query of the tool's.
func (l *library) read(query string) []map[string]any {
	l.t.Helper()
	rows, err := l.tool.Query(l.t.Context(), query)
	if err != nil {
		l.t.Fatalf("%s: %v", query, err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToMap)
	if err != nil {
		l.t.Fatalf("%s: %v", query, err)
	}
	return found
}

// answers stores days of answers on every kind of scale, 400 of them on the 41st
// day, and behind the server's back some of groups that are too small to be shown.
func (l *library) answers(days int) {
	l.must(l.admin, "PUT", "/v1/metrics/heat", `{"name":"Heat","min":-2,"max":2,"better":"lower","top":-1,"bottom":1,"headline":"mean"}`)
	l.must(l.admin, "PUT", "/v1/metrics/far", `{"name":"It's far","min":9990,"max":10000,"top":9999,"bottom":9991,"headline":"mean"}`)
	l.must(l.admin, "PUT", "/v1/model", `{"metric":"nps","level":"segment","weights":{"s0":0.3,"s1":2,"s2":1.5,"nobody":1}}`)
	l.must(l.admin, "PUT", "/v1/model", `{"metric":"heat","level":"team","weights":{"a":3,"b":1}}`)
	l.must(l.admin, "PUT", "/v1/model", `{"metric":"ces","level":"touchpoint","weights":{"morning":1,"evening":2}}`)
	l.must(l.admin, "PUT", "/v1/model", `{"metric":"pulse","level":"team","weights":{"a":1,"b":1,"c":1,"d":1,"few":1}}`)
	first := l.at
	for day := range days {
		l.exec(l.owner, fmt.Sprintf("INSERT INTO rollups VALUES ('default', 'pulse', %d, '', '', '', '', 'few', 3, %d)", int(models.DayOf(first, time.UTC))+day, 1+day%5))
	}
	for day := range days {
		l.at = first.Add(time.Duration(day) * 24 * time.Hour)
		n := 4 + l.random.IntN(20)
		if day == 40 {
			n = 400
		}
		var lines strings.Builder
		for range n {
			fmt.Fprintf(&lines, `{"segment":"s%d","team":"%c","touchpoint":"%s","channel":"%s","language":"fi","person":"p","properties":{"x":1},"tags":["t"],
				"answers":[{"metric":"nps","score":%d,"comment":"c"},{"metric":"csat","score":%d},{"metric":"ces","score":%d},{"metric":"fcr","score":%t},{"metric":"heat","score":%d},
				{"metric":"far","score":%d},{"metric":"effectiveness","score":%d},{"metric":"ease","score":%d},{"metric":"emotion","score":5},{"touchpoint":"elsewhere","metric":"expectation","score":%d}]},`,
				l.random.IntN(3), 'a'+rune(l.random.IntN(4)), []string{"morning", "evening", "shop", ""}[l.random.IntN(4)], []string{"web", ""}[l.random.IntN(2)],
				l.random.IntN(11), 1+l.random.IntN(5), 1+l.random.IntN(2), l.random.IntN(9) > 0, l.random.IntN(5)-2, 9995+l.random.IntN(6), 1+l.random.IntN(5), 4+l.random.IntN(2), 1+l.random.IntN(5))
			fmt.Fprintf(&lines, `{"team":"%c","survey":"s","answers":[{"metric":"pulse","score":%d},{"metric":"mood","score":%d}]},`, 'a'+rune(l.random.IntN(4)), 1+l.random.IntN(5), l.random.IntN(100))
		}
		body := l.must(l.admin, "POST", "/v1/responses/bulk", "["+strings.NewReplacer("\n", "", "\t", "").Replace(strings.TrimSuffix(lines.String(), ","))+"]")
		if strings.Contains(body, "problem") {
			l.t.Fatal(body)
		}
	}
	excluded := decode[struct{ Responses []struct{ ID string } }](l.t, l.must(l.admin, "GET", "/v1/responses?limit=3&segment=s1", ""))
	for _, r := range excluded.Responses {
		l.must(l.admin, "PATCH", "/v1/responses/"+r.ID, `{"excluded":true}`)
	}
	other := models.Workspace{Key: "other", TimeZone: "UTC"}
	if _, err := l.db.CreateWorkspace(l.t.Context(), other); err != nil {
		l.t.Fatal(err)
	}
}

// shownScore is a score of the API's.
type shownScore struct {
	Key, Level                                  string
	Since                                       time.Time
	Score, StdErr, Lower, Upper, Mean, Coverage *float64
	SampleSize                                  *int64 `json:"sample_size"`
	Categories                                  map[string]int64
	Model                                       bool
}

func TestViewOfScoresTellsWhatTheAPIDoes(t *testing.T) {
	l := newLibrary(t)
	l.answers(60)
	told, intervals, modelled := 0, 0, 0
	metrics, err := l.db.FindMetrics(t.Context(), "default")
	if err != nil {
		t.Fatal(err)
	}
	for _, metric := range metrics.Keys() {
		for _, level := range models.Levels() {
			rows := map[string]map[string]any{}
			for _, r := range l.read(fmt.Sprintf(`SELECT day::text AS "on", * FROM cx_scores_daily WHERE workspace = 'default' AND metric = '%s' AND level = '%s'`, metric, level)) {
				rows[r["on"].(string)+" "+r["key"].(string)] = r
			}
			body := l.must(l.reader, "GET", fmt.Sprintf("/v1/scores?metric=%s&group_by=%s&interval=day&since=2026-11-01", metric, level), "")
			for _, s := range decode[struct{ Scores []shownScore }](t, body).Scores {
				at := s.Since.Format(time.DateOnly) + " " + s.Key
				row := rows[at]
				if s.Score == nil {
					if row != nil {
						t.Errorf("%s by %s, %s: the view tells %v, the API nothing", metric, level, at, row)
					}
					continue
				}
				delete(rows, at)
				if fault := differs(s, metrics[metric], row); fault != "" {
					t.Errorf("%s by %s, %s: the view tells %v, the API %s", metric, level, at, row, fault)
				}
				told++
				if s.Lower != nil {
					intervals++
				}
				if s.Model {
					modelled++
				}
			}
			for at, row := range rows {
				t.Errorf("%s by %s, %s: the view tells %v, the API nothing", metric, level, at, row)
			}
		}
	}
	if told < 5000 || intervals < 5000 || modelled < 150 {
		t.Errorf("%d scores, %d with an interval, %d by a model: this proves little", told, intervals, modelled)
	}
}

// differs says what of a score a row of the view tells otherwise.
func differs(s shownScore, m models.Metric, row map[string]any) string {
	if row == nil {
		return fmt.Sprintf("%+v", s)
	}
	for column, want := range map[string]*float64{"score": s.Score, "stderr": s.StdErr, "lower": s.Lower, "upper": s.Upper, "mean": s.Mean, "coverage": s.Coverage} {
		if got, is := row[column].(float64); is != (want != nil) || is && math.Abs(got-*want) > 1e-9 {
			if is && want != nil {
				return fmt.Sprintf("%s %.15g, differing by %g", column, *want, got-*want)
			}
			return column + " otherwise"
		}
	}
	names := m.CategoryNames()
	if row["n"] != *s.SampleSize || row["top"] != s.Categories[names[score.Top]] || row["middle"] != s.Categories[names[score.Middle]] ||
		row["bottom"] != s.Categories[names[score.Bottom]] || row["model"] != s.Model {
		return fmt.Sprintf("%d %v", *s.SampleSize, s.Categories)
	}
	return ""
}

// figures records every kind of KPI, with gaps.
func (l *library) figures() {
	l.at = time.Date(2026, 11, 2, 7, 0, 0, 0, time.UTC)
	for _, k := range []models.KPI{
		{Key: "revenue", Kind: models.FinancialKPI, Unit: "EUR", AddsUp: models.BySum}, {Key: "margin", Kind: models.FinancialKPI, Unit: "ratio", AddsUp: models.ByMean},
		{Key: "churn", Kind: models.CustomerKPI, Unit: "ratio", AddsUp: models.ByMean, YesNo: true}, {Key: "customers", Kind: models.CustomerKPI, Unit: "{customer}", AddsUp: models.ByLast},
		{Key: "orders", Kind: models.OperationalKPI, Unit: "{order}", AddsUp: models.BySum}, {Key: "visits", Kind: models.OperationalKPI, Unit: "1", AddsUp: models.BySum},
		{Key: "staff", Kind: models.EmployeeKPI, Unit: "{employee}", AddsUp: models.ByLast}, {Key: "absence", Kind: models.EmployeeKPI, Unit: "ratio", AddsUp: models.ByMean},
		{Key: "training", Kind: models.EmployeeKPI, Unit: "EUR", AddsUp: models.BySum},
	} {
		k.Name, k.Better = k.Key, score.Higher
		if _, _, err := l.db.PutKPI(l.t.Context(), "default", k); err != nil {
			l.t.Fatal(err)
		}
	}
	for month := 1; month <= 22; month++ {
		start := time.Date(2025, time.Month(month), 1, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		figure := func(kpi, format string, args ...any) {
			if l.random.IntN(25) > 0 {
				l.figure(kpi, fmt.Sprintf(`{"period":"month","start":"%s",`, start)+fmt.Sprintf(format, args...)+"}")
			}
		}
		for _, team := range []string{"a", "b"} {
			figure("revenue", `"team":"%s","value":%g`, team, l.random.NormFloat64()*1e4)
			figure("margin", `"team":"%s","segment":"s1","value":%g,"size":%g`, team, l.random.NormFloat64(), 1+1e6*l.random.Float64())
			figure("margin", `"team":"%s","value":%g,"size":%d`, team, l.random.NormFloat64(), 1+l.random.IntN(50))
			figure("customers", `"segment":"%s","value":%d`, team, l.random.IntN(1000))
			figure("staff", `"team":"%s","value":%d`, team, 3+l.random.IntN(6))
			figure("absence", `"team":"%s","value":%g,"size":%d`, team, l.random.Float64(), 1+l.random.IntN(6))
			figure("churn", `"person":"%s","value":%t`, team, l.random.IntN(3) == 0)
		}
		figure("margin", `"value":%g,"size":%d`, l.random.NormFloat64(), 1+l.random.IntN(50))
		if month%3 == 1 {
			l.figure("absence", fmt.Sprintf(`{"period":"quarter","start":"%s","value":%g,"size":40}`, start, l.random.Float64()))
			l.figure("training", fmt.Sprintf(`{"period":"quarter","start":"%s","value":%d,"size":%d}`, start, l.random.IntN(9000), 3+l.random.IntN(6)))
		}
	}
	for day := range 400 {
		at := time.Date(2025, 9, 1+day, 0, 0, 0, 0, time.UTC)
		l.figure("orders", fmt.Sprintf(`{"period":"day","start":"%s","touchpoint":"shop","channel":"web","value":%d}`, at.Format(time.DateOnly), day))
		if day%7 == 0 && day%91 > 0 {
			l.figure("visits", fmt.Sprintf(`{"period":"week","start":"%s","value":%g}`, at.Format(time.DateOnly), 0.1*float64(day)))
		}
	}
	l.figure("revenue", `{"period":"month","start":"2025-01-01","team":"a","value":7}`) // a correction, perhaps
	l.figure("orders", `{"period":"quarter","start":"2025-10-01","channel":"web","value":1}`)
}

func (l *library) figure(kpi, text string) {
	l.t.Helper()
	k, err := l.db.KPIByKey(l.t.Context(), "default", kpi)
	if err != nil {
		l.t.Fatal(err)
	}
	var s models.SubmittedObservation
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		l.t.Fatalf("%s: %v", text, err)
	}
	accepted, err := s.Check(models.ObservationRules{KPI: k, Today: models.DayOf(l.at, time.UTC), NewID: store.NewID})
	if err != nil {
		l.t.Fatalf("%s: %v", text, err)
	}
	outcomes, err := l.db.CommitObservations(l.t.Context(), "default", kpi, []models.AcceptedObservation{accepted}, models.AllOrNothing)
	if err != nil || outcomes[0].Err != nil {
		l.t.Fatalf("%s: %v %v", text, err, outcomes)
	}
}

func TestViewOfKPIsTellsWhatTheAPIDoes(t *testing.T) {
	l := newLibrary(t)
	l.figures()
	for _, thresholds := range []string{"", `{"employees":7,"employee_comments":10,"customers":1}`} {
		if thresholds != "" {
			l.must(l.admin, "PUT", "/v1/anonymity", thresholds)
		}
		l.compareKPIs()
	}
}

func (l *library) compareKPIs() {
	l.t.Helper()
	hidden := 0
	told := map[string]int{} // by kind
	rows := map[string]map[string]any{}
	for _, r := range l.read(`SELECT start::text AS "on", * FROM cx_kpis WHERE workspace = 'default'`) {
		rows[fmt.Sprintf("%s %s %s %s %s", r["kpi"], r["period"], r["level"], r["key"], r["on"])] = r
	}
	employees := []string{"staff", "absence", "training"}
	for length, since := range map[models.PeriodLength]string{"day": "2025-01-01", "week": "2024-12-30", "month": "2025-01-01", "quarter": "2025-01-01", "year": "2025-01-01"} {
		for _, level := range models.KPILevels() {
			body := l.must(l.reader, "GET", fmt.Sprintf("/v1/analysis/table?metrics=&period=%s&group_by=%s&since=%s", length, level, since), "")
			for _, r := range decode[struct {
				Rows []struct {
					Start, Key, Series, Unit string
					Value, N                 *float64
					Suppressed               bool
				}
			}](l.t, body).Rows {
				at := fmt.Sprintf("%s %s %s %s %s", r.Series, length, level, r.Key, r.Start)
				row := rows[at]
				delete(rows, at)
				ofEmployees := slices.Contains(employees, r.Series)
				if r.Value == nil || ofEmployees && level != models.CompanyLevel {
					if row != nil {
						l.t.Errorf("%s: the view tells %v, the API nothing", at, row)
					}
					if r.Suppressed && level == models.CompanyLevel {
						hidden++
					}
					continue
				}
				size, sized := row["size"].(float64)
				value, known := row["value"].(float64)
				if !known || math.Abs(value-*r.Value) > 1e-9*max(1, math.Abs(*r.Value)) || sized != (r.N != nil) || sized && math.Abs(size-*r.N) > 1e-9**r.N || row["unit"] != r.Unit {
					l.t.Errorf("%s: the view tells %v, the API %+v", at, row, r)
				}
				told[fmt.Sprint(row["kind"])]++
			}
		}
	}
	for at, row := range rows {
		l.t.Errorf("%s: the view tells %v, the API nothing", at, row)
	}
	if told["financial"] < 150 || told["employee"] < 15 || told["operational"] < 800 || hidden < 3 {
		l.t.Errorf("%v told and %d hidden: this proves little", told, hidden)
	}
}

func TestViewOfAnswersTellsWhatAReaderOfResponsesIsTold(t *testing.T) {
	l := newLibrary(t)
	l.answers(12)
	l.compareAnswers(1000)
	l.must(l.admin, "PUT", "/v1/anonymity", `{"employees":5,"employee_comments":10,"customers":3}`)
	l.compareAnswers(0)
}

func (l *library) compareAnswers(least int) {
	l.t.Helper()
	_, body := l.ask(l.reader, "GET", "/v1/responses", "", "Accept", "application/x-ndjson")
	var want, got []string
	for line := range strings.Lines(body) {
		r := decode[models.Response](l.t, line)
		for _, a := range r.Answers {
			if !r.Excluded {
				want = append(want, fmt.Sprint(r.ID, a.Metric, a.Score, r.Survey, a.Touchpoint, r.Channel, r.Segment, r.Team, r.Language, r.CollectedAt.UnixMicro()))
			}
		}
	}
	for _, r := range l.read(`SELECT response_id::text AS id, * FROM cx_answers`) {
		text := func(column string) string { s, _ := r[column].(string); return s }
		got = append(got, fmt.Sprint(r["id"], r["metric"], r["score"], text("survey"), text("touchpoint"), text("channel"), text("segment"), text("team"), text("language"),
			r["collected_at"].(time.Time).UnixMicro()))
		for column := range r {
			if slices.Contains([]string{"person", "comment", "submission_id", "properties", "tags"}, column) {
				l.t.Fatalf("the view has the column %s", column)
			}
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) || len(got) < least {
		l.t.Errorf("the view has %d answers, the API %d", len(got), len(want))
	}
}

func TestReaderOfTheViewsMayReadThemAndNothingElse(t *testing.T) {
	l := newLibrary(t)
	l.answers(12)
	views := []string{"cx_metrics", "cx_scores_daily", "cx_kpis", "cx_answers"}
	rows, err := l.owner.Query(t.Context(), `SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND relnamespace = 'public'::regnamespace`)
	if err != nil {
		t.Fatal(err)
	}
	relations, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(relations) < 20 {
		t.Fatalf("%v, %v", relations, err)
	}
	refused := func(statement string, codes ...string) {
		t.Helper()
		_, err := l.tool.Exec(t.Context(), statement)
		var refusal *pgconn.PgError
		if !errors.As(err, &refusal) || !slices.Contains(codes, refusal.Code) {
			t.Errorf("%s: %v", statement, err)
		}
	}
	const denied, noTable, noView = "42501", "55000", "42809"
	for _, name := range relations {
		if slices.Contains(views, name) {
			l.exec(l.tool, "SELECT * FROM "+name+" LIMIT 1")
			refused("DELETE FROM "+name, denied, noTable)
			refused("UPDATE "+name+" SET workspace = ''", denied, noTable)
			refused("INSERT INTO "+name+" (workspace) VALUES ('')", denied, noTable)
			continue
		}
		for _, statement := range []string{"SELECT * FROM ", "SELECT 1 FROM ", "DELETE FROM ", "INSERT INTO ", "TRUNCATE ", "COPY "} {
			refused(statement+name+map[string]string{"INSERT INTO ": " DEFAULT VALUES", "COPY ": " TO STDOUT"}[statement], denied, noTable, noView)
		}
	}
	refused("CREATE TABLE mine (x integer)", denied)
	refused("SELECT pg_read_file('/etc/passwd')", denied)
	// A function that tells what it is given must not see the rows that a view leaves out.
	l.exec(l.tool, `CREATE FUNCTION pg_temp.tell(what text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS 'BEGIN RAISE NOTICE ''%'', what; RETURN true; END'`)
	l.notices = nil
	l.read("SELECT 1 AS one FROM cx_answers WHERE pg_temp.tell(metric)")
	if len(l.notices) < 1000 || slices.ContainsFunc(l.notices, func(n string) bool { return n == "pulse" || n == "mood" }) {
		t.Errorf("of %d answers the function was told what the view leaves out", len(l.notices))
	}
}
