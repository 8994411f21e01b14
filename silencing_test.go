package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// labelsOf are an alert's, written name=value with spaces between.
func labelsOf(text string) map[string]string {
	all := map[string]string{}
	for _, pair := range strings.Fields(text) {
		name, value, _ := strings.Cut(pair, "=")
		all[name] = value
	}
	return all
}

func TestWhatFollowsFromAGreaterTroubleIsSilenced(t *testing.T) {
	const (
		company = "workspace=acme metric=nps level=company owner=management "
		meeting = "workspace=acme metric=nps level=touchpoint touchpoint=meeting owner=sales "
		call    = "workspace=acme metric=nps level=touchpoint touchpoint=call owner=care "
	)
	for name, c := range map[string]struct{ told, silenced []string }{
		"the company's drop speaks for its parts, of that metric and workspace alone": {
			[]string{
				company + "alertname=CXScoreDropWeek arm=week",
				"workspace=acme metric=csat level=touchpoint touchpoint=meeting alertname=CXScoreDropWeek arm=week",
				"workspace=other metric=nps level=touchpoint touchpoint=meeting alertname=CXScoreDropWeek arm=week",
				meeting + "alertname=CXResponsesStopped arm=day",
			},
			[]string{
				meeting + "alertname=CXScoreDropWeek arm=week", call + "alertname=CXScoreDropDay arm=day",
				"workspace=acme metric=nps level=segment segment=families alertname=CXScoreDecline",
				"workspace=acme metric=nps level=channel channel=web alertname=CXScoreDropMonth arm=month",
				"workspace=acme metric=nps level=team team=turku alertname=CXScoreBelowTarget",
				"workspace=acme metric=nps level=survey survey=pulse alertname=CXScoreDropWeek arm=week",
				"workspace=acme metric=nps level=journey journey=loan alertname=CXScoreDropWeek arm=week",
			},
		},
		"a slow decline of the company silences slow ones, not a sudden drop": {
			[]string{company + "alertname=CXScoreDecline", call + "alertname=CXScoreDropDay arm=day"},
			[]string{meeting + "alertname=CXScoreDecline", meeting + "alertname=CXScoreBelowTarget"},
		},
		"one series is told once, another one too": {
			[]string{meeting + "alertname=CXScoreDropDay arm=day", call + "alertname=CXScoreDropWeek arm=week"},
			[]string{
				meeting + "alertname=CXScoreDropWeek arm=week", meeting + "alertname=CXScoreDropMonth arm=month",
				meeting + "alertname=CXScoreDecline", meeting + "alertname=CXScoreBelowTarget",
				call + "alertname=CXScoreDropMonth arm=month", call + "alertname=CXScoreDecline", call + "alertname=CXScoreBelowTarget",
			},
		},
		"a month's drop goes before the decline, and both before the target": {
			[]string{meeting + "alertname=CXScoreDropMonth arm=month", call + "alertname=CXScoreDecline"},
			[]string{meeting + "alertname=CXScoreDecline", meeting + "alertname=CXScoreBelowTarget", call + "alertname=CXScoreBelowTarget"},
		},
		"a company that falls silent speaks for its parts": {
			[]string{company + "alertname=CXResponsesStopped arm=day", meeting + "alertname=CXScoreDropWeek arm=week"},
			[]string{
				company + "alertname=CXResponsesFew arm=week",
				meeting + "alertname=CXResponsesStopped arm=day", call + "alertname=CXResponsesFew arm=week",
			},
		},
		"few answers of the company are explained by the part that stopped": {
			[]string{company + "alertname=CXResponsesFew arm=week", meeting + "alertname=CXResponsesStopped arm=day"},
			[]string{meeting + "alertname=CXResponsesFew arm=week", call + "alertname=CXResponsesFew arm=week"},
		},
		"without scores there is nothing to say of them": {
			[]string{"alertname=MittariExporterDown job=mittari-cx instance=any"},
			[]string{company + "alertname=CXScoreDropDay arm=day", meeting + "alertname=CXResponsesFew arm=week"},
		},
		"without a target for the scores neither": {
			[]string{"alertname=MittariExporterAbsent job=mittari-cx"},
			[]string{company + "alertname=CXScoreDropDay arm=day", call + "alertname=CXScoreBelowTarget"},
		},
		"one replica that is down leaves the scores alone": {
			[]string{
				"alertname=MittariExporterDown job=mittari instance=a", company + "alertname=CXScoreDropDay arm=day",
				"alertname=MittariIngestQueueFilling job=mittari instance=b",
			},
			[]string{"alertname=MittariIngestQueueFilling job=mittari instance=a", "alertname=MittariCommitsFailing job=mittari instance=a"},
		},
		"old scores are no news, and commits that fail explain missing answers": {
			[]string{"alertname=MittariSnapshotStale instance=a", "alertname=MittariCommitsFailing instance=a", "alertname=MittariIngestQueueFilling instance=b"},
			[]string{
				company + "alertname=CXScoreDropWeek arm=week", company + "alertname=CXResponsesStopped arm=day",
				"alertname=MittariIngestQueueFilling instance=a",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := startSilencer(t)
			a.post(append(slices.Clone(c.told), c.silenced...))
			silenced := a.inhibited()
			told := func(text string) bool { return !silenced[keyOf(labelsOf(text))] }
			for deadline := time.Now().Add(10 * time.Second); slices.ContainsFunc(c.silenced, told) && time.Now().Before(deadline); silenced = a.inhibited() {
				time.Sleep(20 * time.Millisecond) // it takes alerts in one by one
			}
			for _, text := range c.told {
				if is, there := silenced[keyOf(labelsOf(text))]; !there || is {
					t.Errorf("silenced, or not there: %s", text)
				}
			}
			for _, text := range c.silenced {
				if told(text) {
					t.Errorf("told: %s", text)
				}
			}
		})
	}
}

// keyOf tells alerts apart.
func keyOf(labels map[string]string) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		pairs = append(pairs, name+"="+labels[name])
	}
	return strings.Join(pairs, " ")
}

// silencer is an Alertmanager that is asked what silences what.
type silencer struct{ *running }

func startSilencer(t *testing.T) silencer {
	t.Helper()
	s := silencer{&running{t: t, api: "http://" + startAlertmanager(t)}}
	eventually(t, 30*time.Second, "Alertmanager is ready", func() bool {
		response, err := http.Get(s.api + "/-/ready") //nolint:noctx // it answers at once
		if err != nil {
			return false
		}
		_ = response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
	return s
}

func (s silencer) post(alerts []string) {
	s.t.Helper()
	var body []any
	for _, text := range alerts {
		body = append(body, map[string]any{"labels": labelsOf(text)})
	}
	text, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.api+"/api/v2/alerts", strings.NewReader(string(text)))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if status, answer := s.do(request); status != http.StatusOK {
		s.t.Fatalf("%d %s", status, answer)
	}
}

// inhibited tells of every alert, by its key, whether another one silences it.
func (s silencer) inhibited() map[string]bool {
	s.t.Helper()
	_, answer := s.send(http.MethodGet, "/api/v2/alerts", "")
	silenced := map[string]bool{}
	for _, a := range decode[[]struct {
		Labels map[string]string
		Status struct{ InhibitedBy []string }
	}](s.t, answer) {
		silenced[keyOf(a.Labels)] = len(a.Status.InhibitedBy) > 0
	}
	return silenced
}
