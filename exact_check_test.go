package main

import (
	"database/sql"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"time"
)

// check holds everything that the replicas tell against what was acknowledged.
func (p *play) check() {
	p.verify()
	for workspace := range p.keys {
		p.checkStored(workspace)
		for at := range p.replicas {
			p.checkScores(at, workspace)
		}
	}
	p.checkWaiting()
	p.checkInvited()
	p.checkCounters()
	for _, r := range p.replicas {
		r.end()
	}
	eventually(p.t, 30*time.Second, "all have left the database, which then knows what they met", func() bool {
		return p.figure("SELECT 0", "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()") == 0
	})
	if n := p.figure("SELECT 0", "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"); n != 0 {
		p.fault("there were %d deadlocks", n)
	}
}

// at is a replica, as an admin of the workspace sees it.
func (p *play) at(replica int, workspace string) *running {
	r := p.replicas[replica].running
	r.key = p.keys[workspace]
	return &r
}

type storedSubmission struct {
	ID, Touchpoint, Channel, Segment, Team string
	SubmissionID                           string `json:"submission_id"`
	Excluded                               bool
	Answers                                []struct {
		Metric string
		Score  int
	}
}

// holds reports whether what is stored is the submission as it was acknowledged.
func (s *submission) holds(r storedSubmission) bool {
	answers := map[string]int{}
	for _, a := range r.Answers {
		answers[a.Metric] = a.Score
	}
	return r.ID == s.stored && r.Excluded == s.excluded && r.Channel == s.channel && r.Segment == s.segment && r.Team == s.team &&
		r.Touchpoint == s.touchpoint && maps.Equal(answers, s.answers)
}

// checkStored holds the export, and some of the responses one by one, against the journal.
func (p *play) checkStored(workspace string) {
	stored := map[string][]storedSubmission{}
	text := exportAll(p.t, p.at(0, workspace))
	for line := range strings.Lines(text) {
		r := decode[storedSubmission](p.t, line)
		stored[r.SubmissionID] = append(stored[r.SubmissionID], r)
	}
	looked := 0
	for _, i := range rand.Perm(len(p.sent)) {
		s := p.sent[i]
		if s.workspace != workspace {
			continue
		}
		found := stored[s.id]
		delete(stored, s.id)
		if looked++; looked <= 100 {
			_, body := p.at(looked%len(p.replicas), workspace).send("GET", "/v1/responses?submission_id="+url.QueryEscape(s.id), "")
			if one := decode[struct{ Responses []storedSubmission }](p.t, body).Responses; len(one) != len(found) || len(one) == 1 && !s.holds(one[0]) {
				p.fault("%s: by its submission_id there is %s", s.id, body)
			}
		}
		switch {
		case s.stored == "" && len(found) > 0:
			p.fault("%s was erased, and is there: %+v", s.id, found)
		case s.stored != "" && len(found) != 1:
			p.fault("%s was acknowledged, and is stored %d times", s.id, len(found))
		case s.stored != "" && !s.holds(found[0]):
			p.fault("%s was acknowledged as %+v, and is stored as %+v", s.id, s, found[0])
		}
	}
	if len(stored) > 0 {
		p.fault("%d submissions are stored that nobody sent", len(stored))
	}
}

// counts is a number of answers by group and score.
type counts map[string]map[int]int64

func (c counts) add(group string, score int) {
	if c[group] == nil {
		c[group] = map[int]int64{}
	}
	c[group][score]++
}

// checkScores holds the scores against the sums of what is stored, by touchpoint, by day, and by channel of a segment.
func (p *play) checkScores(at int, workspace string) {
	metrics := []string{"nps", "csat"}
	if workspace == staffOnly {
		metrics = []string{"pulse"}
	}
	for _, metric := range metrics {
		touchpoints, days, channels := counts{}, counts{}, counts{}
		for _, s := range p.sent {
			score, answered := s.answers[metric]
			if s.workspace != workspace || !answered || s.stored == "" || s.excluded {
				continue
			}
			days.add(s.day, score)
			if s.touchpoint != "" {
				touchpoints.add(s.touchpoint, score)
			}
			if s.segment == "families" {
				channels.add(s.channel, score)
			}
		}
		for query, want := range map[string]counts{"&group_by=touchpoint": touchpoints, "&interval=day": days, "&group_by=channel&segment=families": channels} {
			if got := p.scores(at, workspace, metric, query); !reflect.DeepEqual(got, want) {
				p.fault("%s %s%s: the scores tell of %v, want %v", workspace, metric, query, got, want)
			}
		}
	}
}

// scores are the answers that scores tell of, by key or day.
func (p *play) scores(at int, workspace, metric, query string) counts {
	since := p.today.AddDate(0, 0, -70).Format(time.DateOnly)
	status, body := p.at(at, workspace).send("GET", "/v1/scores?metric="+metric+"&since="+since+query, "")
	if status != http.StatusOK {
		p.t.Fatalf("the scores gave %d %s", status, body)
	}
	got := counts{}
	for _, row := range decode[struct {
		Scores []struct {
			Key          string
			Since        time.Time
			Distribution []struct {
				Score int
				N     int64
			}
		}
	}](p.t, body).Scores {
		group := row.Key
		if group == "" {
			group = row.Since.Format(time.DateOnly)
		}
		for _, d := range row.Distribution {
			if d.N != 0 {
				if got[group] == nil {
					got[group] = map[int]int64{}
				}
				got[group][d.Score] = d.N
			}
		}
	}
	return got
}

// checkWaiting holds what waits for lots, or is in one, against the employees' answers that count.
func (p *play) checkWaiting() {
	for workspace := range p.keys {
		for _, metric := range []string{"enps", "pulse"} {
			want := int64(0)
			for _, s := range p.sent {
				if _, answered := s.answers[metric]; answered && s.workspace == workspace && s.stored != "" && !s.excluded {
					want++
				}
			}
			query := fmt.Sprintf("SELECT COUNT(*) FROM held WHERE workspace = '%s' AND metric = '%s' AND NOT comment", workspace, metric)
			if n := p.figure(query, query); n != want {
				p.fault("%s %s: %d answers are held, want %d", workspace, metric, n, want)
			}
		}
	}
}

// checkInvited holds the number of those who were asked against what was said last.
func (p *play) checkInvited() {
	query := "SELECT COALESCE(SUM(n), 0) FROM rollups WHERE workspace = '" + home + "' AND metric = '_participation/customer' AND score = 2"
	if n := p.figure(query, query); n != p.invited.Load() {
		p.fault("%d were asked, want %d", n, p.invited.Load())
	}
}

// figure asks the database for a number, in the words of SQLite or of PostgreSQL.
func (p *play) figure(lite, postgres string) (n int64) {
	p.t.Helper()
	driver, dsn, query := "pgx", p.database, postgres
	if path, is := strings.CutPrefix(p.database, "sqlite://"); is {
		driver, dsn, query = "sqlite", "file:"+path, lite
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		p.t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRowContext(p.t.Context(), query).Scan(&n); err != nil {
		p.t.Fatal(err)
	}
	return n
}
