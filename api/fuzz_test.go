package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"github.com/mittari/mittari/models"
)

// fuzzSeeds are bodies from which the fuzzer starts: good ones, and one of each kind of bad.
var fuzzSeeds = []string{
	`{"metric":"nps","score":9}`,
	`{"submission_id":"a","survey":"s","touchpoint":"t","channel":"c","segment":"s","team":"t","person":"p","collected_at":"2026-11-20T10:04:00+02:00","language":"fi","solicited":true,"properties":{"a":1,"b":"x","c":null},"tags":["x"],"answers":[{"touchpoint":"u","metric":"csat","score":4,"comment":"å"},{"metric":"fcr","score":true}]}`,
	`{"answers":[{"metric":"csat","score":"4"},{"metric":["fcr"]},"csat",null,{"score":4.5}],"tags":{},"solicited":"yes","properties":{"a":1e400,"b":{"c":[1e999]}}}`,
	`{"metric":"nps","score":1e400,"Metric":"csat","SCORE":99999999999999999999,"comment":null}`,
	"", " ", "null", "7", `"x"`, "[]", "[[[[", "{", `{"metric":"nps","score":9}}`, "{\"comment\":\"\xff\"}", "\ufeff{}", `{"a\u0000b":1,"":2}`,
	`{"collected_at":"0000-01-01T00:00:00Z","metric":"nps","score":9}`, `{"collected_at":7}`, `{"metric":"nps","score":-0}`,
}

func fuzzRules(t *testing.T) models.Rules {
	t.Helper()
	return models.Rules{Workspace: "w", Metrics: models.StandardMetrics(), Zone: time.UTC, Now: time.Unix(1_800_000_000, 0), NewID: func() string { return "id" }}
}

// wellSaid ends the test unless the error is the sender's fault, told in whole and sound words.
func wellSaid(t *testing.T, err error) {
	t.Helper()
	var e *models.Error
	if !errors.As(err, &e) || e.Message == "" || !utf8.ValidString(e.Error()) {
		t.Fatalf("not told in words: %#v", err)
	}
	switch e.Code {
	case models.Invalid:
		if len(e.Faults) == 0 {
			t.Fatalf("no fault is named: %v", err)
		}
	case malformed, models.TooLarge:
	default:
		t.Fatalf("code %q", e.Code)
	}
	for _, f := range e.Faults {
		if f.Field == "" || f.Message == "" || len(f.Field) > 2000 {
			t.Fatalf("a fault without a field or a message: %+v", f)
		}
	}
	if p := problemOf(err); p.Status < 400 || p.Status > 499 {
		t.Fatalf("status %d", p.Status)
	}
}

func FuzzDecodeResponse(f *testing.F) {
	for _, seed := range fuzzSeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var submission models.Submission
		if err := decodeJSON(body, &submission); err != nil {
			wellSaid(t, err)
			return
		}
		if !json.Valid(body) || !utf8.Valid(body) || bytes.TrimSpace(body)[0] != '{' {
			t.Fatalf("decoded, but not a JSON object in UTF-8: %q", body)
		}
		accepted, err := submission.Check(fuzzRules(t))
		if err != nil {
			wellSaid(t, err)
			return
		}
		written, err := json.Marshal(submission)
		if err != nil {
			t.Fatal(err)
		}
		var again models.Submission
		if err := decodeJSON(written, &again); err != nil {
			t.Fatalf("what was accepted is not readable as it is written: %v in %s", err, written)
		}
		if retry, err := again.Check(fuzzRules(t)); err != nil || retry.Digest() != accepted.Digest() {
			t.Fatalf("%s is no retry of %s: %v", written, body, err)
		}
	})
}

// FuzzDecodeMetric and the patch have other types of fields than a response.
func FuzzDecodePatchAndMetric(f *testing.F) {
	for _, seed := range append(slices.Clone(fuzzSeeds), `{"excluded":true,"tags":[],"properties":{}}`, `{"name":"x","min":1,"max":5,"top":4,"bottom":2,"headline":"net"}`) {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var patch models.Patch
		if err := firstError(decodeJSON(body, &patch), patch.Check()); err != nil {
			wellSaid(t, err)
		}
		metric := metricBody{}
		if err := decodeJSON(body, &metric); err != nil {
			wellSaid(t, err)
			return
		}
		if m, missing := metric.metric("key"); withMissing(missing, m.Check()) != nil {
			wellSaid(t, withMissing(missing, m.Check()))
		}
	})
}

// FuzzDecodeObservation holds that what is accepted is a whole period's, a
// number, and the same again when it is sent as it was understood.
func FuzzDecodeObservation(f *testing.F) {
	for _, seed := range append(slices.Clone(fuzzSeeds), `{"period":"month","start":"2026-10-01","value":1.5,"size":7,"unit":"h","team":"a"}`,
		`{"period":"week","start":"2026-10-05","value":-0,"person":"p"}`, `{"period":"year","start":"1970-01-01","value":1e18}`, `{"period":"day","start":"2026-10-01","value":true,"size":1e400}`,
		`{"period":"day","start":"2026-10-01","value":"NaN"}`, `{"period":"quarter","start":"2026-10-01","value":1e-400,"segment":"s","channel":"c","touchpoint":"t"}`) {
		f.Add([]byte(seed))
	}
	kpis := []models.KPI{{Key: "a", Kind: models.FinancialKPI, Unit: "h", AddsUp: models.BySum}, {Key: "b", Kind: models.CustomerKPI, Unit: "ratio", AddsUp: models.ByMean, YesNo: true},
		{Key: "c", Kind: models.EmployeeKPI, Unit: "{employee}", AddsUp: models.ByLast}, {Key: "d", Kind: models.EmployeeKPI, Unit: "h", AddsUp: models.ByMean}}
	f.Fuzz(func(t *testing.T, body []byte) {
		var sent models.SubmittedObservation
		if err := decodeJSON(body, &sent); err != nil {
			wellSaid(t, err)
			return
		}
		for _, k := range kpis {
			rules := models.ObservationRules{KPI: k, Today: 20_777, NewID: func() string { return "id" }}
			accepted, err := sent.Check(rules)
			if err != nil {
				wellSaid(t, err)
				continue
			}
			o := accepted.Observation()
			if o.Period.Start(o.Start) != o.Start || math.IsNaN(o.Value) || math.IsInf(o.Value, 0) || k.Kind == models.EmployeeKPI && (o.Person != "" || o.Grain() != "" && o.Grain() != "team") {
				t.Fatalf("%s was accepted as %+v", body, o)
			}
			written, err := json.Marshal(sent)
			if err != nil {
				t.Fatal(err)
			}
			var again models.SubmittedObservation
			if err := decodeJSON(written, &again); err != nil {
				t.Fatalf("what was accepted is not readable as it is written: %v in %s", err, written)
			}
			if retry, err := again.Check(rules); err != nil || retry.Observation().Slot() != o.Slot() || retry.Observation().Value != o.Value {
				t.Fatalf("%s is not %s: %v", written, body, err)
			}
		}
	})
}

// element is one that elements gave.
type element struct {
	raw  string
	line int
	err  string
}

// documentsOf reads a whole body; it fails the test when that does not end or does not go forward.
func documentsOf(t *testing.T, body io.Reader) []element {
	t.Helper()
	var all []element
	e, before := newElements(body), 0
	for {
		raw, line, err := e.next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			wellSaid(t, err)
			all = append(all, element{"", line, err.Error()})
		} else {
			all = append(all, element{string(raw), line, ""})
		}
		if models.ErrorCode(err) == malformed {
			return all
		}
		if line <= before || len(raw) > maxBody {
			t.Fatalf("line %d behind line %d, %d bytes", line, before, len(raw))
		}
		before = line
	}
}

func FuzzBulk(f *testing.F) {
	for _, seed := range fuzzSeeds {
		f.Add([]byte(seed + "\n" + seed))
		f.Add([]byte("[" + seed + "," + seed + "]"))
	}
	for _, seed := range []string{"\n\n{}\r\n\r\n{}", " \n[{},\n{}]\n", "[{}]{}", "[{} {}]", "[{},]", "[", "]", "[]", "[1,2,3", strings.Repeat("x", 200) + "\n{}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		whole := documentsOf(t, bytes.NewReader(body))
		if dribs := documentsOf(t, iotest.OneByteReader(bytes.NewReader(body))); !slices.Equal(whole, dribs) {
			t.Fatalf("in one piece %+v, byte by byte %+v", whole, dribs)
		}
		text := strings.TrimSpace(string(body))
		if strings.HasPrefix(text, "[") {
			return
		}
		lines := 0
		for line := range strings.Lines(string(body)) {
			if len(bytes.TrimSpace([]byte(line))) > 0 {
				lines++
			}
		}
		if lines > 0 && len(whole) != lines {
			t.Fatalf("%d lines were given as %d documents", lines, len(whole))
		}
	})
}
