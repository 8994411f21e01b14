package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/mittari/mittari/models"
)

// hookReceiver keeps what comes by a webhook, and answers as it is told.
type hookReceiver struct {
	*httptest.Server
	mu     sync.Mutex
	answer func(w http.ResponseWriter)
	ids    map[string]map[string]int // how often each webhook-id came, by the event's response
}

func receiveHooks(t *testing.T) *hookReceiver {
	t.Helper()
	r := &hookReceiver{ids: map[string]map[string]int{}}
	r.answers(http.StatusOK)
	listener, err := net.Listen("tcp", freeAddress(t)) //nolint:noctx // it listens at once
	if err != nil {
		t.Fatal(err)
	}
	r.Server = &httptest.Server{Listener: listener, Config: &http.Server{Handler: r}} //nolint:gosec // for a test
	r.Start()
	t.Cleanup(r.Close)
	return r
}

func (r *hookReceiver) answers(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = func(w http.ResponseWriter) { w.WriteHeader(status) }
}

func (r *hookReceiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	r.mu.Lock()
	if of := regexp.MustCompile(`"data":\{"id":"([^"]+)"`).FindSubmatch(body); of != nil {
		if r.ids[string(of[1])] == nil {
			r.ids[string(of[1])] = map[string]int{}
		}
		r.ids[string(of[1])][request.Header.Get("webhook-id")]++
	}
	answer := r.answer
	r.mu.Unlock()
	answer(w)
}

// seen is how many responses were told of.
func (r *hookReceiver) seen() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.ids)
}

// The server is killed at once after it has acknowledged responses, while it is telling of them, and while
// it waits to do so again: each is told of, and under one id.
func TestKillingTheServerLosesNoWebhook(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, database string) {
		to := receiveHooks(t)
		r := startReplica(t, database, "--webhook-allow", "127.0.0.1")
		r.must(t, "POST", "/v1/webhooks", fmt.Sprintf(`{"url":%q,"events":["response.created"]}`, to.URL))
		var acknowledged []string
		record := func(n int) {
			for range n {
				acknowledged = append(acknowledged, decode[struct{ ID string }](t, r.must(t, "POST", "/v1/responses", `{"metric":"nps","score":9}`)).ID)
			}
		}
		to.answers(http.StatusServiceUnavailable)
		record(3)
		eventually(t, time.Minute, "the first attempt has failed", func() bool { return to.seen() > 0 })
		record(20)
		r.kill()

		hanging := make(chan struct{})
		to.mu.Lock()
		to.answer = func(http.ResponseWriter) { <-hanging }
		to.mu.Unlock()
		before := to.seen()
		r.begin()
		record(1)
		eventually(t, time.Minute, "another attempt is under way", func() bool { return to.seen() > before })
		r.kill()
		close(hanging)

		to.answers(http.StatusNoContent)
		r.begin()
		t.Cleanup(func() {
			if t.Failed() {
				t.Logf("the log:\n%s", r.log)
				hook := find(t, r.must(t, "GET", "/v1/webhooks", ""), `"id":"([^"]+)"`)
				t.Log(r.must(t, "GET", "/v1/webhooks/"+hook+"/deliveries?limit=50", ""), r.must(t, "GET", "/v1/webhooks", ""), time.Now().UTC())
			}
		})
		eventually(t, 2*time.Minute, "all are told of", func() bool { return to.seen() == len(acknowledged) })
		eventually(t, time.Minute, "nothing waits", func() bool {
			hook := find(t, r.must(t, "GET", "/v1/webhooks", ""), `"id":"([^"]+)"`)
			return strings.Contains(r.must(t, "GET", "/v1/webhooks/"+hook+"/deliveries?state=pending", ""), `"deliveries":[]`)
		})
		r.end()
		for _, id := range acknowledged {
			if len(to.ids[id]) != 1 {
				t.Errorf("%s was told of under %v", id, to.ids[id])
			}
		}
	})
}

func TestPrivateAddressesThatWebhooksMayReachAreChecked(t *testing.T) {
	code, _, errs := call(t, envOf("MITTARI_WEBHOOK_ALLOW", "10.0.0.0/8,localhost"), "serve", "--database-url", sqliteURL(t))
	if code != 1 || !strings.Contains(errs, `--webhook-allow must be addresses or networks such as 10.0.0.0/8, one is "localhost"`) {
		t.Errorf("%d: %s", code, errs)
	}
}

func TestADropIsHeldForAWhileBeforeItIsAnnounced(t *testing.T) {
	held, now := heldDrops{}, time.Date(2026, 11, 20, 0, 5, 0, 0, time.UTC)
	drop := models.ScoreDrop{Metric: "nps", Level: models.CompanyLevel, Arm: "day", Until: 20_000, Points: 12}
	see := func(after time.Duration, drops ...models.ScoreDrop) int {
		now = now.Add(after)
		return len(held.see(map[string][]models.ScoreDrop{"bank": drops}, now)["bank"])
	}
	for at, step := range []struct{ got, want int }{
		{see(0, drop), 0}, {see(14*time.Minute, drop), 0}, {see(time.Minute), 0}, // it has gone in between
		{see(time.Minute, drop), 0}, {see(15*time.Minute, drop), 1}, {see(time.Minute, drop), 1},
	} {
		if step.got != step.want {
			t.Errorf("step %d: %d are ripe, want %d", at, step.got, step.want)
		}
	}
	held.settle("bank", []models.ScoreDrop{drop}, true)
	if see(time.Hour, drop) != 0 {
		t.Error("it is told twice")
	}
	drop.Until++
	if see(time.Hour, drop) != 0 || see(15*time.Minute, drop) != 1 {
		t.Error("that of the next day is not told")
	}
}

// What webhooks are told of is what alerts fire for.
func TestDropsAreAnnouncedByTheThresholdsOfTheAlerts(t *testing.T) {
	text, err := os.ReadFile("deploy/prometheus/rules/scores.yml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Rules []struct{ Alert, Expr string }
		}
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			if !strings.HasPrefix(rule.Alert, "CXScoreDrop") {
				continue
			}
			checked++
			number := func(series, compared string) float64 {
				found := regexp.MustCompile(series + `\{arm="\w+"\} ` + compared + ` ([0-9.]+)`).FindStringSubmatch(rule.Expr)
				if found == nil {
					return 0
				}
				n, err := strconv.ParseFloat(found[1], 64)
				if err != nil {
					t.Error(err)
				}
				return n
			}
			var drop models.ArmDrop
			drop.Arm.Name = find(t, rule.Expr, `arm="(\w+)"`)
			z, points := number("cx_score_drop_z", ">"), number("cx_score_drop_points", ">=")
			size, coverage := number("cx_score_drop_sample_size", ">="), number("cx_score_baseline_coverage_ratio", ">=")
			drop.Z, drop.Points, drop.SampleSize, drop.BaselineDays = z+0.001, max(points, 0.1), int64(size), int(coverage*models.BaselineDays+0.5)
			if !drop.Alarming() || z == 0 || size == 0 || coverage == 0 {
				t.Errorf("%s fires for %+v, and webhooks are not told", rule.Alert, drop)
			}
			for _, less := range []func(d *models.ArmDrop){
				func(d *models.ArmDrop) { d.Z = z }, func(d *models.ArmDrop) { d.SampleSize-- }, func(d *models.ArmDrop) { d.BaselineDays-- }, func(d *models.ArmDrop) { d.Points = points - 0.01 },
			} {
				d := drop
				if less(&d); d.Alarming() {
					t.Errorf("%s does not fire for %+v, and webhooks are told", rule.Alert, d)
				}
			}
		}
	}
	if checked != len(models.Arms()) {
		t.Errorf("%d rules were found", checked)
	}
}
