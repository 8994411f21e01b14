package api_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/mittari/mittari/models"
)

// tableRow is a row as clients see it.
type tableRow struct {
	Period     string             `json:"period" parquet:"period"`
	Start      string             `json:"start" parquet:"-"`
	Day        int32              `json:"-" parquet:"start,date"`
	Complete   bool               `json:"complete" parquet:"complete"`
	Level      string             `json:"level" parquet:"level"`
	Key        string             `json:"key" parquet:"key,optional"`
	Kind       string             `json:"kind" parquet:"kind"`
	Series     string             `json:"series" parquet:"series"`
	Unit       string             `json:"unit" parquet:"unit"`
	Value      *float64           `json:"value" parquet:"value,optional"`
	StdErr     *float64           `json:"stderr" parquet:"stderr,optional"`
	Lower      *float64           `json:"lower" parquet:"lower,optional"`
	Upper      *float64           `json:"upper" parquet:"upper,optional"`
	N          *float64           `json:"n" parquet:"n,optional"`
	Suppressed bool               `json:"suppressed" parquet:"suppressed"`
	Values     map[string]float64 `json:"values" parquet:"-"`
}

func (c caller) table(t testing.TB, query string) []tableRow {
	t.Helper()
	return read[struct{ Rows []tableRow }](t, c.get(t, "/v1/analysis/table"+query).want(t, http.StatusOK)).Rows
}

// quarter fills a workspace with three months of answers and figures.
func quarter(t testing.TB, admin caller) {
	t.Helper()
	var lines strings.Builder
	for i := range 60 {
		fmt.Fprintf(&lines, `{"team":"%s","segment":"s%d","touchpoint":"t%d","survey":"y","collected_at":"2026-%02d-%02dT10:00:00Z",
			"answers":[{"metric":"nps","score":%d},{"metric":"csat","score":%d},{"metric":"effectiveness","score":4},{"metric":"ease","score":%d},{"metric":"emotion","score":5}]},`,
			[]string{"north", "south"}[i%2], i%3, i%4, 9+i%3, 1+i%19, i*7%11, 1+i%5, 1+i*3%5)
	}
	for i := range 14 { // of which the two last wait for others
		fmt.Fprintf(&lines, `{"team":"%s","collected_at":"2026-%02d-02T10:00:00Z","metric":"pulse","score":%d},`, []string{"north", "south"}[i/12], 9+i/6%2, 1+i%5)
	}
	bulk := "[" + strings.ReplaceAll(strings.TrimSuffix(lines.String(), ","), "\n", "") + "]"
	for _, o := range admin.post(t, "/v1/responses/bulk", bulk).want(t, http.StatusOK).outcomes(t) {
		if o.Status != http.StatusCreated {
			t.Fatalf("%+v", o)
		}
	}
	admin.send(t, "PUT", "/v1/model", `{"metric":"nps","level":"segment","weights":{"s0":1,"s1":2,"s2":5}}`).want(t, http.StatusCreated)
	admin.send(t, "PUT", "/v1/journeys/j", `{"touchpoints":["t0","t2"]}`).want(t, http.StatusCreated)
	const margin = `{"name":"Margin","kind":"financial","unit":"ratio","better":"higher","adds_up":"mean"}`
	for kpi, body := range map[string]string{"revenue": sales, "margin": margin, "nps": strings.Replace(sales, "sum", "last", 1), "absence": absence} {
		admin.putKPI(t, kpi, body).want(t, http.StatusCreated)
	}
	for _, o := range [][2]string{
		{"revenue", `"2026-09-01","value":100.25,"team":"north"`}, {"revenue", `"2026-09-01","value":50,"team":"south"`}, {"revenue", `"2026-11-01","value":-3,"team":"north"`},
		{"margin", `"2026-09-01","value":0.25,"size":400`}, {"margin", `"2026-10-01","value":0.5,"size":100`},
		{"nps", `"2025-09-01","value":1`}, // long ago
		{"absence", `"2026-09-01","value":0.1,"size":9,"team":"north"`}, {"absence", `"2026-10-01","value":0.1,"size":4,"team":"north"`},
	} {
		admin.observe(t, o[0], `{"period":"month","start":`+o[1]+"}").want(t, http.StatusCreated)
	}
}

func TestTableLinesUpScoresAndFigures(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "table")
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		quarter(t, admin)
		for _, query := range []string{
			"since=2026-09-01&group_by=team&metrics=nps,pulse", "period=quarter&since=2026-07-01&metrics=cx3d&metrics=csat", "shape=wide&since=2026-09-01",
			"shape=wide&since=2026-09-01&group_by=team&metrics=nps&kpis=revenue,nps", "group_by=survey&since=2026-11-01", "metrics=&kpis=margin&since=2026-10-01", "metrics=&kpis=",
		} {
			g.check(t, query, admin.get(t, "/v1/analysis/table?"+query).want(t, http.StatusOK))
		}
		for _, form := range []string{ndjson, "text/csv"} {
			for _, query := range []string{"metrics=nps&since=2026-09-01", "metrics=csat,fcr&since=2026-09-01&group_by=team&shape=wide"} {
				g.check(t, form+" "+query, admin.get(t, "/v1/analysis/table?"+query, "Accept: "+form).want(t, http.StatusOK))
			}
		}
	})
}

func TestTableEqualsTheScores(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		quarter(t, admin)
		told, suppressed := 0, 0
		for _, level := range models.Levels() {
			for _, period := range []string{"day", "week", "month"} {
				since := map[string]string{"day": "2026-09-01", "week": "2026-08-31", "month": "2026-09-01"}[period]
				until := map[string]string{"day": "2026-11-21", "week": "2026-11-23", "month": "2026-12-01"}[period]
				by := fmt.Sprintf("&group_by=%s&since=%s&until=%s", level, since, until)
				rows := admin.hasty().table(t, "?kpis=&period="+period+by)
				for _, metric := range []string{"nps", "csat", "cx3d", "pulse"} {
					own := slices.DeleteFunc(slices.Clone(rows), func(r tableRow) bool { return r.Series != metric })
					slices.SortStableFunc(own, func(a, b tableRow) int { return strings.Compare(a.Key, b.Key) })
					scores := admin.hasty().scores(t, "?metric="+metric+"&interval="+period+by)
					if len(own) != len(scores) {
						t.Fatalf("%s by %s and %s: %d rows and %d scores", metric, level, period, len(own), len(scores))
					}
					for i, s := range scores {
						r := own[i]
						var n *float64
						if s.SampleSize != nil {
							f := float64(*s.SampleSize)
							n = &f
						}
						if r.Key != s.Key || r.Start != s.Since.Format("2006-01-02") || r.Suppressed != s.Suppressed || r.Level != s.Level || r.Unit != "points" ||
							!sameFigures([]*float64{r.Value, r.StdErr, r.Lower, r.Upper, r.N}, []*float64{s.Score, s.StdErr, s.Lower, s.Upper, n}) {
							t.Errorf("%s by %s and %s: row %+v, score %+v", metric, level, period, r, s)
						}
						if told++; s.Suppressed {
							suppressed++
						}
					}
				}
			}
		}
		if told < 1000 || suppressed < 100 {
			t.Errorf("%d scores and %d suppressed: this proves little", told, suppressed)
		}
	})
}

func TestTableEqualsTheFiguresOfKPIs(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		quarter(t, admin)
		told := 0
		for _, level := range models.KPILevels() {
			for period, since := range map[string]string{"month": "2025-08-01", "quarter": "2025-07-01", "year": "2025-01-01", "day": "2026-09-01"} {
				by := fmt.Sprintf("?group_by=%s&period=%s&since=%s", level, period, since)
				rows := admin.table(t, by+"&metrics=")
				for _, kpi := range []string{"revenue", "margin", "nps", "absence"} {
					for _, v := range admin.values(t, kpi, by) {
						at := slices.IndexFunc(rows, func(r tableRow) bool { return r.Series == kpi && r.Key == v.Key && r.Start == v.Start })
						if at < 0 || rows[at].Suppressed != v.Suppressed || !sameFigures([]*float64{rows[at].Value, rows[at].N}, []*float64{v.Value, v.Size}) {
							t.Errorf("%s%s: the table does not tell %+v", kpi, by, v)
							continue
						}
						rows[at].Value, rows[at].Suppressed = nil, false
						told++
					}
				}
				for _, r := range rows {
					if r.Value != nil || r.Suppressed {
						t.Errorf("%s tells more: %+v", by, r)
					}
				}
			}
		}
		if told < 12 {
			t.Errorf("%d figures: this proves little", told)
		}
	})
}

func sameFigures(a, b []*float64) bool {
	return slices.EqualFunc(a, b, func(x, y *float64) bool { return x == y || x != nil && y != nil && *x == *y })
}

func TestTableIsTheSameInEveryForm(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		quarter(t, admin)
		for _, query := range []string{"", "?group_by=team&since=2026-09-01", "?period=year", "?metrics=&kpis="} {
			want := admin.table(t, query)
			lines := json.NewDecoder(strings.NewReader(admin.get(t, "/v1/analysis/table"+query, "Accept: "+ndjson).want(t, http.StatusOK).body))
			rows := admin.get(t, "/v1/analysis/table"+query, "Accept: text/csv").want(t, http.StatusOK).rows(t)
			file := admin.get(t, "/v1/analysis/table"+query, "Accept: "+parquetFile).want(t, http.StatusOK).body
			columns, err := parquet.Read[tableRow](strings.NewReader(file), int64(len(file)))
			if err != nil {
				t.Fatal(err)
			}
			if len(rows) != len(want) || len(columns) != len(want) || len(want) == 0 && !strings.HasSuffix(query, "kpis=") {
				t.Fatalf("%s: %d rows as JSON, %d as CSV, %d as Parquet", query, len(want), len(rows), len(columns))
			}
			for i, row := range want {
				var line tableRow
				if err := lines.Decode(&line); err != nil {
					t.Fatal(err)
				}
				columns[i].Start = models.Day(columns[i].Day).String()
				columns[i].Day = 0
				for form, other := range map[string]tableRow{"NDJSON": line, "CSV": rowOfCSV(t, rows[i]), "Parquet": columns[i]} {
					if fmt.Sprint(plain(other)) != fmt.Sprint(plain(row)) {
						t.Errorf("%s: row %d of %s: %v, want %v", query, i, form, plain(other), plain(row))
					}
				}
			}
			if lines.More() {
				t.Errorf("%s: there are more lines of NDJSON", query)
			}
		}
	})
}

// plain is a row to be compared: figures, and nil for none.
func plain(r tableRow) []any {
	all := []any{r.Period, r.Start, r.Complete, r.Level, r.Key, r.Kind, r.Series, r.Unit, r.Suppressed}
	for _, f := range []*float64{r.Value, r.StdErr, r.Lower, r.Upper, r.N} {
		if f == nil {
			all = append(all, nil)
		} else {
			all = append(all, *f)
		}
	}
	return all
}

func rowOfCSV(t *testing.T, cells map[string]string) tableRow {
	t.Helper()
	figure := func(name string) *float64 {
		if cells[name] == "" {
			return nil
		}
		f, err := strconv.ParseFloat(cells[name], 64)
		if err != nil {
			t.Fatal(err)
		}
		return &f
	}
	return tableRow{Period: cells["period"], Start: cells["start"], Complete: cells["complete"] == "true", Level: cells["level"], Key: cells["key"],
		Kind: cells["kind"], Series: cells["series"], Unit: cells["unit"], Suppressed: cells["suppressed"] == "true",
		Value: figure("value"), StdErr: figure("stderr"), Lower: figure("lower"), Upper: figure("upper"), N: figure("n")}
}

func TestWideTableHoldsWhatTheLongOneDoesAndNothingForWhatIsMissing(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	admin := s.as(t, home)
	quarter(t, admin)
	const query = "/v1/analysis/table?group_by=team&since=2026-09-01"
	want := map[string]float64{}
	for _, r := range admin.table(t, "?group_by=team&since=2026-09-01") {
		at := r.Start + " " + r.Key + " "
		if r.Value != nil {
			want[at+r.Kind+"_"+r.Series] = *r.Value
		}
		if r.N != nil && r.Kind == "score" {
			want[at+"n_"+r.Series] = *r.N
		}
	}
	file := admin.get(t, query+"&shape=wide", "Accept: "+parquetFile).want(t, http.StatusOK).body
	opened, err := parquet.OpenFile(strings.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	reader := parquet.NewGenericReader[any](opened, opened.Schema())
	defer reader.Close()
	var names []string
	for _, f := range opened.Schema().Fields() {
		names = append(names, f.Name())
	}
	csvRows := admin.get(t, query+"&shape=wide", "Accept: text/csv").want(t, http.StatusOK)
	if header, _, _ := strings.Cut(csvRows.body, "\n"); header != strings.Join(names, ",") {
		t.Errorf("CSV has the columns %s, Parquet %v", header, names)
	}
	rows := make([]parquet.Row, 100)
	n, err := reader.ReadRows(rows)
	if err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	got, ofCSV := map[string]float64{}, map[string]float64{}
	for _, row := range rows[:n] {
		at := models.Day(row[1].Int32()).String() + " " + row[4].String() + " "
		for i, v := range row[5:] {
			if !v.IsNull() {
				got[at+names[5+i]] = v.Double()
			}
		}
	}
	for _, cells := range csvRows.rows(t) {
		for _, name := range names[5:] {
			if f, err := strconv.ParseFloat(cells[name], 64); err == nil {
				ofCSV[cells["start"]+" "+cells["key"]+" "+name] = f
			}
		}
	}
	if n != 6 || len(want) < 40 || fmt.Sprint(got) != fmt.Sprint(want) || fmt.Sprint(ofCSV) != fmt.Sprint(want) {
		t.Errorf("%d rows: Parquet\n%v\nCSV\n%v\nwant\n%v", n, got, ofCSV, want)
	}
}

func TestTableLeavesOutWhatNothingIsKnownOfUnlessAskedForIt(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	admin := s.as(t, home)
	admin.post(t, "/v1/responses/bulk", staff("few", 4)+`{"metric":"nps","score":9}`).want(t, http.StatusOK)
	if rows := admin.table(t, ""); len(rows) != 13 || rows[12].Series != "nps" || *rows[12].N != 1 || rows[12].Complete || !rows[11].Complete || *rows[11].N != 0 || rows[11].Value != nil {
		t.Errorf("13 months of nps, the last one under way: %+v", rows)
	}
	for _, metric := range []string{"pulse", "enps"} { // four answered the one, nobody the other
		for _, r := range admin.table(t, "?metrics="+metric) {
			if !r.Suppressed || r.N != nil || r.Value != nil {
				t.Errorf("%s: %+v", metric, r)
			}
		}
		if rows := admin.table(t, "?metrics="+metric+"&group_by=team"); len(rows) != 0 {
			t.Errorf("%s: %+v", metric, rows)
		}
	}
}

func TestFaultyQuestionForTheTableIsRefusedByName(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "table_faults")
	s := newServer(t, setup{})
	admin := s.as(t, home)
	admin.putKPI(t, "revenue", sales).want(t, http.StatusCreated)
	for _, query := range []string{
		"metrics=npx", "metrics=nps,npx", "kpis=profit", "group_by=region", "period=hour", "shape=square", "since=2026-09-02", "period=week&since=2026-09-01", "until=2026-09-01",
		"since=2026-09-01&until=2026-09-01", "since=2026-12-01", "since=2026-09-01&until=2026-09-15", "since=1970-01-01&until=2990-01-01&period=day", "kpis=revenue&group_by=survey",
		"kpis=revenue&group_by=journey", "since=x&until=y", "metric=nps", "window=28d", "shape=wide&shape=long", "metrics=" + url.QueryEscape("\x00"),
	} {
		r := admin.get(t, "/v1/analysis/table?"+query)
		wantProblem(t, r, http.StatusBadRequest, "malformed")
		g.check(t, query, r)
	}
	wantProblem(t, admin.get(t, "/v1/analysis/table", "Accept: image/png"), http.StatusNotAcceptable, "not_acceptable")
}

func TestTooLongATableIsRefusedBeforeItIsMade(t *testing.T) {
	t.Parallel()
	admin := newServer(t, setup{}).as(t, home).hasty()
	var lines strings.Builder
	for i := range 20 {
		fmt.Fprintf(&lines, `{"touchpoint":"t%d","answers":[{"metric":"nps","score":9},{"metric":"csat","score":4}]}`+"\n", i)
	}
	admin.post(t, "/v1/responses/bulk", lines.String()).want(t, http.StatusOK)
	rows := admin.table(t, "?period=day&group_by=touchpoint&since=2020-01-01&until=2026-11-21&metrics=nps") // 20 × 2516
	p := wantProblem(t, admin.get(t, "/v1/analysis/table?period=day&group_by=touchpoint&since=2019-01-01&until=2026-11-21"), http.StatusBadRequest, "malformed")
	if len(rows) != 20*2516 || !strings.Contains(p.Detail, "more than 100000 rows") || !strings.Contains(p.Detail, "shorter") {
		t.Errorf("%d rows; the detail tells neither how many are too many nor what to do: %s", len(rows), p.Detail)
	}
}

func TestParquetFileSaysWhatItsColumnsAre(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	admin := s.as(t, home)
	quarter(t, admin)
	r := admin.get(t, "/v1/analysis/table?metrics=nps", "Accept: "+parquetFile).want(t, http.StatusOK)
	file, err := parquet.OpenFile(bytes.NewReader([]byte(r.body)), int64(len(r.body)))
	if err != nil {
		t.Fatal(err)
	}
	const want = `message table {
	required binary period (STRING);
	required int32 start (DATE);
	required boolean complete;
	required binary level (STRING);
	optional binary key (STRING);
	required binary kind (STRING);
	required binary series (STRING);
	required binary unit (STRING);
	optional double value;
	optional double stderr;
	optional double lower;
	optional double upper;
	optional double n;
	required boolean suppressed;
}`
	if got := file.Schema().String(); got != want {
		t.Errorf("the columns are\n%s", got)
	}
	if !strings.Contains(r.header.Get("Content-Disposition"), "table.parquet") {
		t.Errorf("the headers are %v", r.header)
	}
}
