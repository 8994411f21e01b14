package api

import (
	"errors"
	"testing"
	"time"
)

func TestCacheHoldsABoundedNumberAndForgetsTheOldest(t *testing.T) {
	now := time.Date(2026, 11, 20, 8, 4, 0, 0, time.UTC)
	c := newCache[int, int](func() time.Time { return now })
	loaded := 0
	load := func(key int) (int, error) { loaded++; return key, nil }
	for key := range 5 * mostCached {
		if got, err := c.get(key, load); got != key || err != nil {
			t.Fatalf("%d gives %d, %v", key, got, err)
		}
	}
	if held := len(c.entries) + len(c.old); held > 2*mostCached {
		t.Errorf("it holds %d", held)
	}
	last := 5*mostCached - 1
	if c.knows(0) || !c.knows(last) || !c.knows(last-mostCached) {
		t.Error("the oldest are known, or the latest are not")
	}
	for _, key := range []int{last, last - mostCached} {
		if _, err := c.get(key, load); err != nil || loaded != 5*mostCached {
			t.Errorf("%d was looked up again, %v", key, err)
		}
	}
	c.clear()
	if _, err := c.get(last-mostCached, load); err != nil || loaded != 5*mostCached+1 || !c.knows(last) {
		t.Errorf("after it was cleared: %d lookups, %v", loaded, err)
	}
	if _, err := c.get(-1, func(int) (int, error) { return 0, errors.New("there is none") }); err == nil || c.knows(-1) {
		t.Error("what was not found is remembered")
	}
}
