package main

import (
	"net/http"
	"regexp"
	"strconv"
)

var counterPattern = regexp.MustCompile(`(?m)^(cx_responses_total\{[^}]*\}) (\S+)$`) //nolint:gochecknoglobals // it never changes

// counters are the counters of a page of series.
func counters(page []byte) map[string]float64 {
	found := map[string]float64{}
	for _, line := range counterPattern.FindAllSubmatch(page, -1) {
		found[string(line[1])], _ = strconv.ParseFloat(string(line[2]), 64)
	}
	return found
}

// watchCounters looks whether the server's counters went down, over its restarts too. It alone writes them.
func (t *trial) watchCounters(s *server) {
	status, _, page := t.request(t.browser, http.MethodGet, "http://"+s.metrics+"/metrics/cx", "", nil)
	if status != http.StatusOK {
		return
	}
	now := counters(page)
	for series, before := range s.counters {
		if value, told := now[series]; told && value < before {
			t.countersDown.Add(1)
			t.wrong("%s went down from %v to %v", series, before, value)
		}
	}
	for series, value := range now {
		s.counters[series] = max(s.counters[series], value)
	}
}

// read asks for scores and for responses as clients do.
func (t *trial) read(s *server) {
	t.get(s, "/v1/scores?metric=nps&window=90d&group_by=touchpoint")
	t.get(s, "/v1/responses?limit=20")
}

// get reads something. Nothing but 200, 429 and 503 may be answered, and nobody.
func (t *trial) get(s *server, path string) (int, []byte) {
	status, header, text := t.request(t.browser, http.MethodGet, "http://"+s.address+path, "", nil)
	switch {
	case status < 0 || status == http.StatusOK:
	case status != http.StatusServiceUnavailable && status != http.StatusTooManyRequests:
		t.wrong("GET %s was answered %d %s", path, status, last(string(text), 500))
	case header.Get("Retry-After") == "":
		t.wrong("GET %s was answered %d without Retry-After", path, status)
	}
	return status, text
}
