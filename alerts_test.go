package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

// notification is what Alertmanager posts to a webhook.
type notification struct {
	Receiver string
	Alerts   []struct {
		Status              string
		Labels, Annotations map[string]string
	}
}

// inbox is a webhook receiver that keeps what it is sent.
type inbox struct {
	url      string
	mu       sync.Mutex
	messages []notification
}

func openInbox(t *testing.T) *inbox {
	t.Helper()
	box := &inbox{}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		var n notification
		if err == nil {
			err = json.Unmarshal(text, &n)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		box.mu.Lock()
		defer box.mu.Unlock()
		box.messages = append(box.messages, n)
	}))
	listener, err := net.Listen("tcp", freeAddress(t)) //nolint:noctx // it listens at once
	if err != nil {
		t.Fatal(err)
	}
	_ = server.Listener.Close()
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	box.url = server.URL
	return box
}

func (b *inbox) received() []notification {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.messages)
}

// startAlertmanager runs a real one with the project's configuration, in which
// pairs of texts are replaced, and gives its address.
func startAlertmanager(t *testing.T, replacements ...string) string {
	t.Helper()
	program := installed(t, "prometheus-alertmanager", "alertmanager") // Debian's name, its own
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS("deploy/alertmanager")); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(folder, "alertmanager.yml")
	replaceIn(t, config, replacements...)
	address := freeAddress(t)
	background(t, program, "--config.file="+config, "--storage.path="+filepath.Join(folder, "data"),
		"--web.listen-address="+address, "--cluster.listen-address=", "--log.level=warn")
	return address
}

// hasty has Alertmanager wait less, and send everything to the inbox. A second
// message would come after group_interval: it is shorter too, for a test to see one.
func (b *inbox) hasty() []string {
	replacements := []string{"group_wait: 30s", "group_wait: 3s", "group_interval: 5m", "group_interval: 1s"}
	for _, receiver := range []string{"on-call", "owners", "company", "customer-experience"} {
		named := "\n  - name: " + receiver + "\n"
		replacements = append(replacements, named, named+"    webhook_configs: [{url: '"+b.url+"'}]\n")
	}
	return replacements
}

// shopAnswers are 40 answers a day up to today, NPS 30, as bulk lines; those of
// the last ten closed days are lower by so many points.
func shopAnswers(today models.Day, drop float64) string {
	const days, perDay, usual, middle = 150, 40, 30.0, 0.3
	random := rand.New(rand.NewPCG(7, 11)) //nolint:gosec // the same answers at each run
	var lines strings.Builder
	for ago := days; ago >= 0; ago-- {
		score := usual
		if ago <= 10 {
			score -= drop
		}
		promoters := (1 - middle + score/100) / 2
		for i := range perDay {
			answer := 3
			switch u := random.Float64(); {
			case u < promoters:
				answer = 10
			case u < promoters+middle:
				answer = 8
			}
			fmt.Fprintf(&lines, `{"metric":"nps","score":%d,"collected_at":%q,"survey":"order","touchpoint":"%s","channel":"%s","segment":"%s","team":"%s"}`+"\n",
				answer, (today - models.Day(ago)).Start(time.UTC).Format(time.RFC3339),
				[]string{"checkout", "delivery", "returns"}[i%3], []string{"web", "sms"}[i/3%2], []string{"new", "regular"}[i/6%2], []string{"north", "south"}[i/12%2])
		}
	}
	return lines.String()
}

// shop is a server with answers, watched by a Prometheus whose alerts reach an inbox.
type shop struct {
	*prometheus
	*inbox
}

func openShop(t *testing.T, today models.Day, drop float64) shop {
	t.Helper()
	r := start(t, sqliteURL(t))
	status, outcomes := r.send("POST", "/v1/responses/bulk", shopAnswers(today, drop))
	if stored := strings.Count(outcomes, `"status":201`); status != http.StatusOK || stored != 151*40 {
		t.Fatalf("%d, %d responses were stored", status, stored)
	}
	eventually(t, time.Minute, "the drop's series are published", func() bool {
		return strings.Contains(r.scrape("/metrics/cx"), `cx_score_drop_sample_size{workspace="default",metric="nps",level="company",arm="month"} 1120`)
	})
	box := openInbox(t)
	alertmanager := startAlertmanager(t, box.hasty()...)
	return shop{startPrometheus(t, r, func(folder string) {
		// Longer than Prometheus needs to learn of its Alertmanager.
		replaceIn(t, filepath.Join(folder, "rules", "scores.yml"), "for: 15m", "for: 10s")
		replaceIn(t, filepath.Join(folder, "targets", "alertmanager.yml"), "localhost:9093", alertmanager)
	}), box}
}

func TestOneDropIsOneNotificationAndNoDropIsNone(t *testing.T) {
	today := models.DayOf(time.Now(), time.UTC)
	calm := openShop(t, today, 0) // first, so that it has the longer time to be wrong
	fallen := openShop(t, today, 25)
	eventually(t, 2*time.Minute, "a notification arrives", func() bool { return len(fallen.received()) > 0 })
	time.Sleep(5 * time.Second) // a second one would follow after one

	firing := fallen.query(`ALERTS{alertname=~"CX.+",alertstate="firing"}`)
	if len(firing) < 5 {
		t.Errorf("the drop shows in %d alerts only: does the test still try the silencing?", len(firing))
	}
	messages := fallen.received()
	if len(messages) != 1 || len(messages[0].Alerts) != 1 {
		t.Fatalf("want one notification of one alert, got %+v", messages)
	}
	got := messages[0].Alerts[0]
	if messages[0].Receiver != "company" || got.Status != "firing" || got.Labels["alertname"] != "CXScoreDropWeek" ||
		got.Labels["level"] != "company" || got.Labels["metric"] != "nps" || got.Labels["owner"] != "customer-experience" {
		t.Errorf("to %s: %+v", messages[0].Receiver, got)
	}
	if summary := got.Annotations["summary"]; !strings.HasPrefix(summary, "default: nps of the company fell by 2") {
		t.Errorf("it says: %s", summary)
	}
	t.Logf("%s\n%s", got.Annotations["summary"], got.Annotations["description"])

	if looked := calm.query(`cx_score_drop_z{level="company"}`); len(looked) != 3 {
		t.Errorf("without the drop there are %d figures for it: was it looked for?", len(looked))
	}
	if messages := calm.received(); len(messages) > 0 {
		t.Errorf("without a drop: %+v", messages)
	}
}
