package main

import (
	"context"
	"net/http"
	"strings"
	"testing"
)

func TestProfilesAreServedWhereAskedForAndNowhereElse(t *testing.T) {
	for name, c := range map[string]struct {
		flags  []string
		status int
	}{"off": {nil, http.StatusNotFound}, "on": {[]string{"--pprof"}, http.StatusOK}} {
		t.Run(name, func(t *testing.T) {
			r := start(t, sqliteURL(t), c.flags...)
			get := func(url string) (int, string) {
				request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
				if err != nil {
					t.Fatal(err)
				}
				return r.do(request)
			}
			for _, path := range []string{"/debug/pprof/", "/debug/pprof/heap", "/debug/pprof/profile?seconds=1", "/debug/pprof/cmdline"} {
				if status, body := get(r.metrics + path); status != c.status {
					t.Errorf("GET %s gave %d: %s", path, status, body)
				}
			}
			if status, _ := get(r.api + "/debug/pprof/"); status != http.StatusNotFound {
				t.Errorf("the API's listener gave %d", status)
			}
			if status, body := get(r.metrics + "/metrics"); status != http.StatusOK || !strings.Contains(body, "mittari_build_info") {
				t.Errorf("/metrics gave %d", status)
			}
		})
	}
}
