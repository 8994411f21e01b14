package main

import (
	"fmt"
	"io"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"sync"
	"time"
)

var countersPattern = regexp.MustCompile(`(?m)^((?:cx_responses_total|cx_invitations_total)\{[^}]*\}) (\S+)$`)

// counters are the counters of a page of series.
func counters(text string) map[string]float64 {
	found := map[string]float64{}
	for _, line := range countersPattern.FindAllStringSubmatch(text, -1) {
		found[line[1]], _ = strconv.ParseFloat(line[2], 64)
	}
	return found
}

// watch looks at the counters of every replica, which must never go down, until it is told to stop.
func (p *play) watch() (stop func()) {
	var all sync.WaitGroup
	done := make(chan struct{})
	for _, r := range p.replicas {
		all.Go(func() {
			before := map[string]float64{}
			for {
				select {
				case <-done:
					return
				case <-time.After(100 * time.Millisecond):
				}
				now := counters(p.page(r))
				for series, value := range now {
					if value < before[series] {
						p.fault("%s went down from %v to %v", series, before[series], value)
					}
					before[series] = value
				}
			}
		})
	}
	return func() { close(done); all.Wait() }
}

// page is a replica's series; "" when it is not there.
func (p *play) page(r *replica) string {
	request, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, r.metrics+"/metrics/cx", nil)
	if err != nil {
		p.t.Error(err)
		return ""
	}
	response, err := p.http.Do(request)
	if err != nil {
		return ""
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		return ""
	}
	return string(text)
}

// checkCounters waits until all replicas tell the same counters, and holds those of customers' answers against the journal.
func (p *play) checkCounters() {
	want, loose := map[string]float64{}, map[string]bool{}
	for _, s := range p.sent {
		for metric, score := range s.answers {
			if metric == "nps" || metric == "csat" {
				series := fmt.Sprintf(`cx_responses_total{workspace=%q,metric=%q,touchpoint=%q,segment=%q,channel=%q,category=%q}`,
					s.workspace, metric, s.touchpoint, s.segment, s.channel, categoryOf(metric, score))
				want[series] += float64(s.arrivals)
				loose[series] = loose[series] || s.loose
			}
		}
	}
	eventually(p.t, 30*time.Second, "the counters of all replicas equal what arrived", func() bool {
		first := counters(p.page(p.replicas[0]))
		for _, r := range p.replicas {
			if !reflect.DeepEqual(counters(p.page(r)), first) {
				return false
			}
		}
		for series, n := range want {
			if first[series] < n || first[series] > n && !loose[series] {
				return false
			}
		}
		return true
	})
}

func categoryOf(metric string, score int) string {
	names, top, bottom := []string{"promoter", "passive", "detractor"}, 9, 6
	if metric == "csat" {
		names, top, bottom = []string{"top", "middle", "bottom"}, 4, 2
	}
	switch {
	case score >= top:
		return names[0]
	case score <= bottom:
		return names[2]
	}
	return names[1]
}
