package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

// shapes are the three forms that a response may be sent in.
var shapes = map[string]string{
	"in full": `{"submission_id":"ord-8412","survey":"encounters","touchpoint":"meeting","channel":"sms","segment":"home-loan",
		"team":"helsinki-3","person":"c-1029","collected_at":"2026-11-20T09:30:00.123456789+02:00","language":"fi","solicited":true,
		"properties":{"amount":1500.5,"first":true,"branch":"Töölö","none":null},"tags":["vip","pilot"],
		"answers":[{"metric":"csat","score":4,"comment":"Nopea ja \"ystävällinen\" 👍"},{"metric":"fcr","score":true}]}`,
	"several touchpoints": `{"submission_id":"yearly-77","survey":"relationship",
		"answers":[{"touchpoint":"signs","metric":"csat","score":4},{"touchpoint":"food","metric":"csat","score":2}]}`,
	"short form":                       `{"metric":"nps","score":9}`,
	"a comment cut inside of an emoji": `{"metric":"nps","score":9,"comment":"thank you \ud83d"}`,
}

func TestEveryShapeOfAResponseIsStoredAndReadBack(t *testing.T) {
	g := goldenFile(t, "shapes")
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		for name, body := range shapes {
			created := admin.post(t, "/v1/responses", body).want(t, http.StatusCreated)
			g.check(t, name+": stored", created)
			location := created.header.Get("Location")
			if id := read[recorded](t, created).ID; location != "/v1/responses/"+id {
				t.Errorf("%s: Location %q does not lead to %s", name, location, id)
			}
			g.check(t, name+": read", admin.get(t, location))
		}
	})
}

func TestRetryWithSameSubmissionIDStoresOnce(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		shop := s.as(t, home, models.WriteResponses, models.ReadResponses)
		id := shop.record(t, `{"submission_id":"r-1","collected_at":"2026-11-20T07:00:00Z","metric":"nps","score":9,"comment":"good"}`)
		for name, retry := range map[string]string{
			"the same bytes":      `{"submission_id":"r-1","collected_at":"2026-11-20T07:00:00Z","metric":"nps","score":9,"comment":"good"}`,
			"in another order":    `{"comment":"good","score":9,"metric":"nps","collected_at":"2026-11-20T07:00:00Z","submission_id":"r-1"}`,
			"in another zone":     `{"submission_id":"r-1","collected_at":"2026-11-20T09:00:00+02:00","metric":"nps","score":9,"comment":"good"}`,
			"in the long form":    `{"submission_id":"r-1","collected_at":"2026-11-20T07:00:00Z","answers":[{"metric":"nps","score":9,"comment":"good"}]}`,
			"with empty members":  `{"submission_id":"r-1","collected_at":"2026-11-20T07:00:00Z","metric":"nps","score":9,"comment":"good","survey":"","tags":[],"properties":{}}`,
			"less than a µs away": `{"submission_id":"r-1","collected_at":"2026-11-20T07:00:00.0000004Z","metric":"nps","score":9,"comment":"good"}`,
		} {
			again := read[recorded](t, shop.post(t, "/v1/responses", retry).want(t, http.StatusOK))
			if again.ID != id || again.New {
				t.Errorf("%s: answered %+v, want the stored id %s and not new", name, again, id)
			}
		}
		if stored := shop.list(t, "").Responses; len(stored) != 1 {
			t.Errorf("%d responses are stored, want 1", len(stored))
		}
		scored := s.as(t, home).scores(t, "?metric=nps&window=today")
		if *scored[0].SampleSize != 1 {
			t.Errorf("%d answers are counted, want 1", *scored[0].SampleSize)
		}
	})
}

func TestRetryWithoutCollectedAtIsARetryLater(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	shop := s.as(t, home)
	id := shop.record(t, `{"submission_id":"later","metric":"nps","score":9}`)
	s.clock.pass(48 * time.Hour)
	if again := read[recorded](t, shop.post(t, "/v1/responses", `{"submission_id":"later","metric":"nps","score":9}`).want(t, http.StatusOK)); again.ID != id {
		t.Errorf("answered %s, want %s", again.ID, id)
	}
}

func TestSameSubmissionIDWithOtherContentIsAConflict(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		shop := s.as(t, home)
		id := shop.record(t, `{"submission_id":"r-1","touchpoint":"checkout","metric":"nps","score":9}`)
		for _, changed := range []string{
			`{"submission_id":"r-1","touchpoint":"checkout","metric":"nps","score":8}`,
			`{"submission_id":"r-1","touchpoint":"support","metric":"nps","score":9}`,
			`{"submission_id":"r-1","touchpoint":"checkout","metric":"nps","score":9,"comment":"or not"}`,
			`{"submission_id":"r-1","touchpoint":"checkout","metric":"nps","score":9,"collected_at":"2026-11-20T08:04:00Z"}`,
		} {
			p := wantProblem(t, shop.post(t, "/v1/responses", changed), http.StatusConflict, "conflict")
			if !strings.Contains(p.Detail, id) || !strings.Contains(p.Detail, `"r-1"`) {
				t.Errorf("the problem names neither the submission nor what is stored: %s", p.Detail)
			}
		}
		stored := shop.list(t, "").Responses
		if len(stored) != 1 || stored[0].Answers[0].Score != 9 {
			t.Errorf("stored are %+v, want the first submission alone", stored)
		}
	})
}

func TestManyRetriesAtOnceStoreOnce(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		shop := s.as(t, home)
		replies := make([]reply, 24)
		var senders sync.WaitGroup
		for i := range replies {
			senders.Go(func() {
				replies[i] = shop.post(t, "/v1/responses", fmt.Sprintf(`{"submission_id":"twin-%d","metric":"csat","score":5}`, i%3))
			})
		}
		senders.Wait()
		created, ids := 0, map[string]bool{}
		for _, r := range replies {
			stored := read[recorded](t, r)
			ids[stored.ID] = true
			if (r.status == http.StatusCreated) != stored.New {
				t.Errorf("status %d with new %v", r.status, stored.New)
			}
			if stored.New {
				created++
			}
		}
		if created != 3 || len(ids) != 3 {
			t.Errorf("%d were answered as new under %d ids, want 3 under 3", created, len(ids))
		}
		if n := *shop.scores(t, "?metric=csat&window=today")[0].SampleSize; n != 3 {
			t.Errorf("%d answers are counted, want 3", n)
		}
	})
}

func TestCollectedAtMayBeFiveMinutesAhead(t *testing.T) {
	t.Parallel()
	shop := newServer(t, setup{}).as(t, home)
	for at, status := range map[string]int{
		"2026-11-20T08:08:59Z":      http.StatusCreated,
		"2026-11-20T10:09:00+02:00": http.StatusCreated,
		"2026-11-20T08:09:00.001Z":  http.StatusUnprocessableEntity,
		"2026-11-20T10:09:00Z":      http.StatusUnprocessableEntity, // a local time sent as UTC
		"1970-01-01T00:00:00Z":      http.StatusCreated,
		"1969-12-31T23:59:59Z":      http.StatusUnprocessableEntity,
	} {
		r := shop.post(t, "/v1/responses", `{"metric":"nps","score":9,"collected_at":"`+at+`"}`)
		if r.status != status {
			t.Errorf("%s: status %d, want %d: %s", at, r.status, status, r.body)
		}
	}
}

func TestStoredResponseIsCountedBeforeItIsAnswered(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		for n := int64(1); n <= 5; n++ {
			admin.record(t, `{"metric":"nps","score":10}`)
			if got := *admin.scores(t, "?metric=nps")[0].SampleSize; got != n {
				t.Fatalf("after %d answers %d are counted", n, got)
			}
		}
	})
}
