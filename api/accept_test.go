package api_test

import (
	"mime"
	"net/http"
	"slices"
	"testing"
)

func TestAcceptDecidesTheForm(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	admin := s.as(t, home)
	admin.record(t, goodLine)
	const none, json, csv = "", "application/json", "text/csv"
	for accept, want := range map[string]string{
		"":                      json,
		"*/*":                   json,
		"application/json":      json,
		"Application/JSON":      json,
		"application/*":         json,
		"text/*":                csv,
		"text/csv":              csv,
		"text/csv; header=none": csv,
		"application/x-ndjson":  ndjson,
		"application/x-ndjson,application/json;q=0.1":                     ndjson,
		"text/csv;q=0.5, application/json":                                json,
		"application/json;q=0.2, text/csv;q=0.7":                          csv,
		"text/csv;q=0.7,*/*;q=0.8":                                        json,
		"*/*;q=0.1, text/csv":                                             csv,
		"application/json;q=0, */*":                                       ndjson, // anything but JSON
		"application/*;q=0, */*;q=0.5":                                    csv,
		"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": json, // a browser
		"application/xml, text/csv;q=0.001":                               csv,
		"application/xml":                                                 none,
		"text/csv;q=0":                                                    none,
		"*/*;q=0":                                                         none,
		"text":                                                            none,
		"application/j":                                                   none,
		"application/jsonx":                                               none,
		"*/json":                                                          none,
		"text/csv;q=much":                                                 none,
		", ,":                                                             json,
	} {
		headers := []string{"Accept: " + accept}
		if accept == "" {
			headers = nil
		}
		r := admin.get(t, "/v1/responses", headers...)
		if want == none {
			wantProblem(t, r, http.StatusNotAcceptable, "not_acceptable")
			continue
		}
		got, _, err := mime.ParseMediaType(r.header.Get("Content-Type"))
		if err != nil || r.status != http.StatusOK || got != want {
			t.Errorf("Accept %q: %d %q, want 200 %s", accept, r.status, r.header.Get("Content-Type"), want)
		}
		if !slices.Contains(r.header.Values("Vary"), "Accept") {
			t.Errorf("Accept %q: a cache is not told by Vary: Accept", accept)
		}
	}
}
