package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/mittari/mittari/deploy/running"
)

// check holds everything that is stored and told against what was acknowledged.
func (t *trial) check() error {
	if err := t.checkStored(); err != nil {
		return err
	}
	if err := t.verify(); err != nil {
		t.wrong("mittari verify: %v", err)
	} else {
		t.verified = true
	}
	if n := t.silent.Load(); n > 0 && t.fault.answers {
		t.wrong("%d were stored by a server that was asked to stop, and nobody was told", n)
	}
	for _, s := range t.servers {
		if err := t.checkTold(s); err != nil {
			return err
		}
	}
	return nil
}

// checkStored counts what was acknowledged and is not stored, stored twice, or stored and never acknowledged.
func (t *trial) checkStored() error {
	stored, err := t.stored()
	if err != nil {
		return err
	}
	for mark, id := range t.ids {
		found := stored[mark]
		switch {
		case len(found) == 0:
			t.lost++
			t.wrong("%s was acknowledged and is not stored", mark)
		case len(found) > 1:
			t.doubled++
			t.wrong("%s is stored %d times", mark, len(found))
		case found[0] != id:
			t.wrong("%s was acknowledged as %s, and is stored as %s", mark, id, found[0])
		}
		delete(stored, mark)
	}
	if n := len(stored); n > 0 && t.wrongs.Load() == 0 { // else clients gave up on some
		t.wrong("%d are stored that nobody was told of", n)
	}
	return nil
}

// stored are the ids of the responses by their mark.
func (t *trial) stored() (map[string][]string, error) {
	db, err := running.Connect(t.direct)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	rows, err := db.QueryContext(t.ctx, "SELECT person, CAST(id AS text) FROM responses")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	stored := map[string][]string{}
	for rows.Next() {
		var mark, id string
		if err := rows.Scan(&mark, &id); err != nil {
			return nil, err
		}
		stored[mark] = append(stored[mark], id)
	}
	return stored, rows.Err()
}

// checkTold holds the scores and the counters of the server against what was acknowledged.
func (t *trial) checkTold(s *server) error {
	for metric, want := range t.metrics {
		status, text := t.get(s, "/v1/scores?metric="+metric+"&window=90d")
		var told struct {
			Scores []struct {
				SampleSize int `json:"sample_size"`
			}
		}
		if err := json.Unmarshal(text, &told); status != http.StatusOK || err != nil || len(told.Scores) != 1 {
			return fmt.Errorf("the score of %s was answered %d %s", metric, status, text)
		}
		if n := told.Scores[0].SampleSize; n != want {
			t.wrong("the score of %s is of %d answers, %d were acknowledged", metric, n, want)
		}
	}
	for begun := time.Now(); ; {
		_, _, page := t.request(t.browser, http.MethodGet, "http://"+s.metrics+"/metrics/cx", "", nil)
		arrived := map[string]int{}
		for series, n := range counters(page) {
			for metric := range t.metrics {
				if strings.Contains(series, fmt.Sprintf("metric=%q", metric)) {
					arrived[metric] += int(n)
				}
			}
		}
		switch {
		case maps.Equal(arrived, t.metrics):
			return nil
		case t.ctx.Err() != nil:
			return t.ctx.Err()
		case time.Since(begun) > 30*time.Second || t.wrongs.Load() > 0 && time.Since(begun) > 2*time.Second:
			t.wrong("the counters tell of %v, %v were acknowledged", arrived, t.metrics)
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// broken is what was found wrong, as an error.
func (t *trial) broken() error {
	if n := t.wrongs.Load(); n > 0 {
		return fmt.Errorf("%d times a promise was broken: %w", n, errors.New(strings.Join(t.told, "; ")))
	}
	return nil
}
