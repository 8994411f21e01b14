package api

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limit is how many requests a second are let through, and how many at once
// after a pause. At a rate of 0 all are.
type Limit struct {
	Rate  float64
	Burst int // 1 at least, where there is a rate
}

// buckets are token buckets by key, full ones at first. One that was not asked for
// in the time that it takes to fill is forgotten, which changes next to nothing. Of more
// than 2·mostBuckets those are forgotten that were not asked for the longest, so
// that a million addresses do not fill the memory.
type buckets[K comparable] struct {
	limit      Limit
	mu         sync.Mutex
	young, old map[K]*rate.Limiter // asked for since the last turn, and since the one before
	turned     time.Time
}

const mostBuckets = 1 << 14

// newBuckets gives nil where there is no limit.
func newBuckets[K comparable](limit Limit) *buckets[K] {
	if limit.Rate <= 0 {
		return nil
	}
	return &buckets[K]{limit: limit, young: map[K]*rate.Limiter{}}
}

func (b *buckets[K]) of(key K, now time.Time) *rate.Limiter {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.young) >= mostBuckets || now.Sub(b.turned).Seconds() > float64(b.limit.Burst)/b.limit.Rate {
		b.young, b.old, b.turned = map[K]*rate.Limiter{}, b.young, now
	}
	bucket, found := b.young[key]
	if found {
		return bucket
	}
	if bucket, found = b.old[key]; !found {
		bucket = rate.NewLimiter(rate.Limit(b.limit.Rate), b.limit.Burst)
	}
	b.young[key] = bucket
	return bucket
}

// untilOne is how long it takes until the bucket has a token; 0: it has one.
func untilOne(bucket *rate.Limiter, now time.Time) time.Duration {
	missing := 1 - bucket.TokensAt(now)
	return max(0, time.Duration(missing/float64(bucket.Limit())*float64(time.Second)))
}
