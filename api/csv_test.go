package api_test

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// rows reads a CSV answer as one map a line.
func (r reply) rows(t *testing.T) []map[string]string {
	t.Helper()
	lines, err := csv.NewReader(strings.NewReader(r.body)).ReadAll()
	if err != nil {
		t.Fatalf("%v in\n%s", err, r.body)
	}
	var rows []map[string]string
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, column := range lines[0] {
			row[column] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func TestCSVHasALineForEveryAnswer(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "csv")
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		for _, name := range []string{"in full", "several touchpoints", "short form"} {
			admin.record(t, shapes[name])
		}
		g.check(t, "three responses with five answers", admin.get(t, "/v1/responses", "Accept: text/csv"))
		g.check(t, "no responses", admin.get(t, "/v1/responses?channel=none", "Accept: text/csv"))
	})
}

func TestCSVBringsEveryTextBackAsItWas(t *testing.T) {
	t.Parallel()
	admin := newServer(t, setup{}).as(t, home)
	comments := []string{"plain", `"quoted", with a comma`, "two\nlines", "semi;colon", "ääkköset 👍", " spaces ", `back\slash`, "'apostrophe", "5", "-5", "-3.2e4"}
	for _, comment := range comments {
		text, err := json.Marshal(comment)
		if err != nil {
			t.Fatal(err)
		}
		admin.record(t, `{"metric":"nps","score":9,"comment":`+string(text)+`}`)
	}
	var got []string
	for _, row := range admin.get(t, "/v1/responses", "Accept: text/csv").want(t, http.StatusOK).rows(t) {
		got = append(got, row["comment"])
	}
	slices.Reverse(got)
	if !slices.Equal(got, comments) {
		t.Errorf("the comments came as %q, want %q", got, comments)
	}
}

func TestCSVHoldsNoFormula(t *testing.T) {
	t.Parallel()
	admin := newServer(t, setup{}).as(t, home)
	const evil = `=HYPERLINK(\"http://evil\")`
	admin.record(t, `{"submission_id":"=1+1","person":"@SUM(A1)","metric":"nps","score":9,"comment":"`+evil+`","tags":["+cmd","-x"],"properties":{"=a":"=b"}}`)
	for _, start := range []string{"=", "+", "-", "@", `\t=`, `\r=`} {
		admin.record(t, `{"metric":"nps","score":9,"comment":"`+start+`cmd|' /C calc'!A0"}`)
	}
	for _, row := range admin.get(t, "/v1/responses", "Accept: text/csv").want(t, http.StatusOK).rows(t) {
		for column, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				t.Errorf("the cell %s begins like a formula: %q", column, cell)
			}
		}
	}
}
