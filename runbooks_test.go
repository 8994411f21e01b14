package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/grafana"
)

var (
	shellBlock  = regexp.MustCompile("(?s)```sh\n(.*?)```")
	curlInText  = regexp.MustCompile("`(curl [^`]+)`")
	dashboardAt = regexp.MustCompile(`\]\(http://localhost:3000/d/([a-z-]+)\)`)
	inItalics   = regexp.MustCompile(`[^*]\*([^*\n]+)\*[^*]`)
)

// runbooks are the texts of all of them, by file name.
func runbooks(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob("deploy/runbooks/*.md")
	if err != nil || len(paths) == 0 {
		t.Fatalf("there are no runbooks (%v)", err)
	}
	texts := map[string]string{}
	for _, path := range paths {
		text, err := os.ReadFile(filepath.Clean(path))
		if err != nil {
			t.Fatal(err)
		}
		texts[filepath.Base(path)] = string(text)
	}
	return texts
}

func TestEveryRunbookSaysWhatItMeansWhereToLookWhatToDoAndWhenToSilence(t *testing.T) {
	panels := map[string]bool{}
	uids := map[string]bool{}
	for _, d := range grafana.Dashboards() {
		uids[d.UID] = true
		for _, p := range d.Panels {
			panels[p.Title] = true
		}
	}
	for name, text := range runbooks(t) {
		for _, part := range []string{"**What it means.**", "**Look first**", "| what you see | what it is | what to do |", "**Silence it**", "amtool silence add"} {
			if !strings.Contains(text, part) {
				t.Errorf("%s has no %s", name, part)
			}
		}
		looked, _, _ := strings.Cut(text, "| what you see |")
		for _, found := range dashboardAt.FindAllStringSubmatch(text, -1) {
			if !uids[found[1]] {
				t.Errorf("%s: there is no dashboard %s", name, found[1])
			}
		}
		if !dashboardAt.MatchString(looked) {
			continue // what is in italics is elsewhere
		}
		for _, found := range inItalics.FindAllStringSubmatch(looked, -1) {
			if !panels[found[1]] {
				t.Errorf("%s: no dashboard has a panel %q", name, found[1])
			}
		}
	}
}

// TestCommandsOfTheRunbooksWork runs them as they stand, but for addresses
// and a date, against a server with the sample and an Alertmanager.
func TestCommandsOfTheRunbooksWork(t *testing.T) {
	for _, program := range []string{"curl", "amtool"} {
		installed(t, program)
	}
	r := start(t, sqliteURL(t), "--sample")
	eventually(t, time.Minute, "the scores are published", func() bool { return strings.Contains(r.scrape("/metrics/cx"), "cx_score{") })
	alertmanager := startSilencer(t)
	tomorrow := time.Now().AddDate(0, 0, 1)
	here := strings.NewReplacer("http://HOST:8080", r.api, "http://HOST:9464", r.metrics, "http://localhost:9093", alertmanager.api,
		"2026-12-26", tomorrow.Format(time.DateOnly), "2026-12-28", tomorrow.AddDate(0, 0, 2).Format(time.DateOnly)) // a holiday to come
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, ".curlrc"), []byte("fail\nsilent\nshow-error\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, text := range runbooks(t) {
		var commands []string
		for _, found := range append(shellBlock.FindAllStringSubmatch(text, -1), curlInText.FindAllStringSubmatch(text, -1)...) {
			commands = append(commands, found[1])
		}
		for _, script := range commands {
			command := exec.CommandContext(t.Context(), "bash", "-e", "-c", here.Replace(script)) //nolint:gosec // the project's own text
			command.Env = append(os.Environ(), "CURL_HOME="+home, "MITTARI_KEY="+r.key)
			out, err := command.CombinedOutput()
			if err != nil || len(out) == 0 {
				t.Errorf("%s:\n%s\n%v: %s", name, script, err, out)
			}
			if strings.Contains(string(out), `{"scores":[]}`) || strings.Contains(string(out), `{"responses":[]}`) {
				t.Errorf("%s: the sample has no answer to\n%s", name, script)
			}
		}
	}
	_, answer := alertmanager.send("GET", "/api/v2/silences", "")
	if silences := decode[[]json.RawMessage](t, answer); len(silences) < 9 {
		t.Errorf("%d silences were added, want one for each kind of alert: %s", len(silences), answer)
	}
}
