package main

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestArrivalsComeBySchedule(t *testing.T) {
	b := forTests(t)
	database := "sqlite://" + b.sqlite("arrivals")
	ours, err := b.serve(database)
	if err != nil {
		t.Fatal(err)
	}
	var next atomic.Int64
	senders, err := load{ours.Address, 200, &next}.connect(t.Context())
	defer closeAll(senders)
	if err != nil {
		t.Fatal(err)
	}
	f, err := b.flood(ours, arrivals{senders, &next, 100}, 2*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if len(f.arrived) != 200 || len(f.of(http.StatusCreated)) != 200 || f.peak < f.before || f.before <= 0 {
		t.Errorf("%d came of 200: %s", len(f.arrived), f)
	}
	if verdict, err := b.stand(database, f.arrived); err != nil || !strings.Contains(verdict, "Of 200 acknowledged responses 0 are not stored and 0 twice") {
		t.Errorf("%s, %v", verdict, err)
	}
	for _, c := range []struct {
		never arrived
		want  string
	}{
		{arrived{submission: 999, status: http.StatusCreated}, "1 are not stored"},
		{arrived{submission: 1, status: http.StatusServiceUnavailable, told: true}, "of 1 that were refused 1 are stored"},
		{arrived{submission: 999, status: http.StatusServiceUnavailable}, "1 were not told"},
		{arrived{submission: 999, status: http.StatusInternalServerError}, "1 were answered otherwise"},
	} {
		if _, err := b.stand(database, append(f.arrived, c.never)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %s", c.never, err, c.want)
		}
	}
}
