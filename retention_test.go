package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/models/store"
)

// yearOf are the series that are the same at any time of the day: of a year, and counters.
func yearOf(r *running) string {
	lines := strings.Split(r.scrape("/metrics/cx"), "\n")
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool {
		return !strings.Contains(line, `window="365d"`) && !strings.HasPrefix(line, "cx_responses_total{")
	}), "\n")
}

func TestEachWorkspaceKeepsResponsesForItsOwnTime(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, database string) {
		r := start(t, database, "--retention", "400d")
		operator := r.key
		keys := map[string]string{}
		for workspace, days := range map[string]string{"shorter": "30", "forever": "0", "longer": "800", "server": "null"} {
			r.key = operator
			made := decode[struct {
				AdminKey struct{ Token string } `json:"admin_key"`
			}](t, r.must(t, "POST", "/v1/workspaces", fmt.Sprintf(`{"key":%q,"time_zone":"UTC"}`, workspace)))
			r.key = made.AdminKey.Token
			keys[workspace] = r.key
			for _, ago := range []int{1, 50, 500, 1000} {
				r.must(t, "POST", "/v1/responses", fmt.Sprintf(`{"collected_at":%q,"metric":"nps","score":9}`, time.Now().AddDate(0, 0, -ago).Format(time.RFC3339)))
			}
			r.must(t, "PUT", "/v1/retention", `{"days":`+days+`}`)
		}
		db, err := store.Open(t.Context(), store.Config{URL: database, MaxKeys: 10, Clock: time.Now, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		deleted := 0
		if err := expireAll(t.Context(), db, 400, func(n int) { deleted += n }, slog.New(slog.DiscardHandler)); err != nil || deleted != 3+1+2 {
			t.Errorf("%d responses were deleted, %v", deleted, err)
		}
		for workspace, want := range map[string]int{"shorter": 1, "forever": 4, "longer": 3, "server": 2} {
			r.key = keys[workspace]
			if left := strings.Count(exportAll(t, r), "\n"); left != want {
				t.Errorf("%s: %d responses are left, want %d", workspace, left, want)
			}
		}
	})
}

func TestAnswersOlderThanTheRetentionGoAndScoresStay(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, database string) {
		now := time.Now()
		answer := func(daysAgo int, answers string) string {
			return fmt.Sprintf(`{"collected_at":%q,"segment":"families","team":"m","answers":[%s]}`+"\n", now.AddDate(0, 0, -daysAgo).Format(time.RFC3339), answers)
		}
		var lines strings.Builder
		for i := range 12 {
			lines.WriteString(answer(40+i, fmt.Sprintf(`{"metric":"nps","score":%d,"comment":"old"}`, i%11)))
			lines.WriteString(answer(21+2*i, fmt.Sprintf(`{"metric":"pulse","score":%d,"comment":"c"}`, 1+i%5)))
		}
		lines.WriteString(answer(1, `{"metric":"nps","score":9}`))
		r := start(t, database)
		if status, body := r.send("POST", "/v1/responses/bulk", lines.String()); status != http.StatusOK || strings.Contains(body, `"status":4`) {
			t.Fatalf("POST gave %d %s", status, body)
		}
		eventually(t, 15*time.Second, "all is told but two employees, who wait for others", func() bool {
			series := yearOf(r)
			return strings.Contains(series, `metric="nps",level="company",window="365d"} 13`) && strings.Contains(series, `metric="pulse",level="team",team="m",window="365d"} 10`)
		})
		before := yearOf(r)
		r.stop()

		r = start(t, database, "--retention", "30d")
		eventually(t, 30*time.Second, "what is too old is deleted", func() bool {
			return strings.Contains(r.scrape("/metrics"), "\nmittari_expired_responses_total 19\n")
		})
		eventually(t, 15*time.Second, "the series are the same as before", func() bool { return yearOf(r) == before })
		if left := strings.Count(exportAll(t, r), "\n"); left != 6 {
			t.Errorf("%d responses are left", left)
		}
		if _, body := r.send("GET", "/v1/comments?metric=nps&window=365d", ""); strings.Contains(body, "old") {
			t.Errorf("old comments are told: %s", body)
		}
		eventually(t, 15*time.Second, "the log says how many", func() bool { return strings.Contains(r.log.String(), "responses=19") })
		if _, body := r.send("GET", "/v1/audit?act=responses.expired", ""); !strings.Contains(body, `"counts":{"responses":19}`) {
			t.Errorf("the audit log does not tell: %s", body)
		}
		r.stop()
		for _, args := range [][]string{{"verify"}, {"verify", "--repair"}} {
			if code, out, errs := call(t, envOf(), append(args, "--database-url", database)...); code != 0 || !strings.Contains(out, "workspace default: equal") {
				t.Errorf("%v gave %d: %s%s", args, code, out, errs)
			}
		}
	})
}
