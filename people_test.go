package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestNothingOfAPersonIsInLogsOrSeries sends canaries down every road at debug level and looks for them.
func TestNothingOfAPersonIsInLogsOrSeries(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, database string) {
		r := start(t, database, "--log-level", "debug")
		full := `{"submission_id":"canary-1","person":"canary","tags":["canary"],"properties":{"canary":"canary"},"answers":[{"metric":"nps","score":9,"comment":"canary"},{"metric":"pulse","score":4,"comment":"canary"}]}`
		kpi := `{"name":"Sales","kind":"financial","unit":"EUR","better":"higher","adds_up":"sum"}`
		figure := `{"period":"month","start":"2026-01-01","value":1,"person":"canary"}`
		for range 2 {
			for _, do := range [][3]string{
				{"POST", "/v1/responses", full}, {"POST", "/v1/responses", strings.Replace(full, ":9", ":99", 1)}, {"POST", "/v1/responses", full[1:]},
				{"POST", "/v1/responses/bulk", full + "\n" + full[1:]}, {"GET", "/v1/responses?person=canary&canary=canary", ""}, {"GET", "/v1/responses?person=canary", ""},
				{"PUT", "/v1/kpis/sales", kpi}, {"POST", "/v1/kpis/sales/observations", figure}, {"POST", "/v1/kpis/sales/observations", "[" + figure + "," + figure[1:]},
				{"GET", "/v1/kpis/sales/observations?person=canary", ""}, {"POST", "/v1/invitations?enforce=true", `{"person":"canary","invitation_id":"canary"}`},
				{"GET", "/v1/invitations/eligibility?person=canary", ""}, {"POST", "/v1/invitations/eligibility", `{"persons":["canary"]}`},
				{"GET", "/v1/people/canary", ""}, {"GET", "/v1/people/canary?as=sha256", ""}, {"GET", "/v1/people/canary/canary", ""}, {"PATCH", "/v1/people/canary", full},
				{"POST", "/v1/people/lookup", `{"person":"canary"}`}, {"POST", "/v1/people/lookup", `{"canary":"canary"}`}, {"GET", "/v1/comments?metric=nps", ""},
				{"GET", "/v1/analysis/value?metric=nps&kpi=sales", ""}, {"GET", "/v1/analysis/conversions?metric=nps", ""}, {"GET", "/v1/audit", ""},
			} {
				if status, body := r.send(do[0], do[1], do[2]); status >= http.StatusInternalServerError {
					t.Fatalf("%v gave %d %s", do, status, body)
				}
			}
		}
		for _, route := range everyRoute(t, "canary") {
			if route[0] == http.MethodGet { // what is put under that name would be a label
				r.send(route[0], route[1]+"?person=canary", "")
			}
		}
		eventually(t, 30*time.Second, "the score is a series", func() bool {
			return strings.Contains(r.scrape("/metrics/cx"), `cx_score{workspace="default",metric="nps"`)
		})
		look := func(when string) {
			t.Helper()
			for what, text := range map[string]string{"the log": r.log.String(), "/metrics": r.scrape("/metrics"), "/metrics/cx": r.scrape("/metrics/cx"), "what is printed": r.out.String()} {
				if at := strings.Index(text, "canary"); at >= 0 {
					t.Errorf("%s: %s holds what is personal: …%s…", when, what, text[max(0, at-200):min(len(text), at+100)])
				}
			}
		}
		look("stored")
		for _, do := range [][3]string{{"DELETE", "/v1/people/canary?scores=canary", ""}, {"DELETE", "/v1/people/canary", ""}, {"POST", "/v1/people/erase", `{"person":"canary"}`}} {
			if status, body := r.send(do[0], do[1], do[2]); status >= http.StatusInternalServerError {
				t.Fatalf("%v gave %d %s", do, status, body)
			}
		}
		look("erased")
		r.stop()
		if strings.Contains(r.log.String(), "canary") {
			t.Errorf("the log holds what is personal:\n%s", r.log)
		}
		if code, out, errs := call(t, envOf(), "verify", "--database-url", database); code != 0 || !strings.Contains(out, "workspace default: equal") {
			t.Errorf("verify gave %d: %s%s", code, out, errs)
		}
	})
}

func TestServerRefusesToStartWithAnotherPepper(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, database string) {
		const pepper = "a pepper of twenty characters"
		r := start(t, database, "--person-pepper", pepper)
		r.send("POST", "/v1/responses", `{"person":"canary","metric":"nps","score":9}`)
		if _, body := r.send("GET", "/v1/responses?person=canary", ""); !strings.Contains(body, `"person":"hmac-sha256:`) {
			t.Errorf("%s", body)
		}
		r.stop()
		for name, args := range map[string][]string{"another": {"--person-pepper", pepper + "!"}, "none": nil, "a short one": {"--person-pepper", "short"}} {
			code, out, errs := call(t, envOf(), append([]string{"serve", "--database-url", database, "--listen", freeAddress(t), "--metrics-listen", freeAddress(t)}, args...)...)
			if code != 1 || !strings.Contains(strings.ToLower(errs), "pepper") || strings.Contains(errs, pepper) {
				t.Errorf("%s: %d %s%s", name, code, out, errs)
			}
		}
		start(t, database, "--person-pepper", pepper).stop()
		if code, _, errs := call(t, envOf(), "verify", "--database-url", database); code != 0 {
			t.Errorf("a command that stores no person asks for the pepper: %d %s", code, errs)
		}
	})
}

func TestCommandsAreRecordedToo(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, database string) {
		r := start(t, database)
		for _, args := range []string{"keys create shop --scope scores:read", "workspaces create acme", "keys create acme --workspace acme --scope admin", "verify --repair"} {
			if code, _, errs := call(t, envOf(), append(strings.Fields(args), "--database-url", database)...); code != 0 {
				t.Fatalf("%s: %s", args, errs)
			}
		}
		_, body := r.send("GET", "/v1/audit", "")
		type entry struct{ Act, Route string }
		var acts []string
		for _, e := range decode[struct{ Audit []entry }](t, body).Audit {
			acts = append(acts, e.Act+" by "+e.Route)
		}
		want := []string{"rollups.repaired by mittari verify --repair", "key.created by mittari keys create", "key.created by mittari serve", "workspace.created by mittari serve"}
		if fmt.Sprint(acts) != fmt.Sprint(want) {
			t.Errorf("%q, want %q", acts, want)
		}
	})
}
