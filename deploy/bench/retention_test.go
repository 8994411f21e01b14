package main

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mittari/mittari/models/store/storetest"
)

func TestRetentionIsMeasuredBesideIngest(t *testing.T) {
	b := forTests(t)
	b.rounds, b.time = 1, 400*time.Millisecond
	database := storetest.Postgres(t)
	if err := b.migrate(database); err != nil {
		t.Fatal(err)
	}
	if err := fill(t.Context(), database, 5000, b.begun); err != nil {
		t.Fatal(err)
	}
	var next atomic.Int64
	got, deleted, err := b.storedMeanwhile(database, 8, &next)
	if err != nil || got.perSecond <= 0 || deleted != 0 {
		t.Errorf("without a retention %v/s are stored and %v/s deleted, %v", got.perSecond, deleted, err)
	}
	got, deleted, err = b.storedMeanwhile(database, 8, &next, "--retention", "30d")
	if err != nil || got.perSecond <= 0 || deleted <= 0 {
		t.Errorf("with a retention %v/s are stored and %v/s deleted, %v", got.perSecond, deleted, err)
	}
	if err := b.verify(database); err != nil {
		t.Error(err)
	}
}

func TestRetentionIsInsteadOfTheRows(t *testing.T) {
	var said strings.Builder
	if o, err := parse([]string{"-retention"}, &said); err != nil || len(o.groups()) != 1 {
		t.Errorf("%d groups, %v", len(o.groups()), err)
	}
	if _, err := parse([]string{"-retention", "-rows", "1"}, &said); err == nil {
		t.Error("rows are measured beside it")
	}
}
