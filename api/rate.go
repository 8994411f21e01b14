package api

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

// The limits that a request can be refused by, as they are counted.
const (
	limitOfKey     = "key"
	limitOfAddress = "address"
)

// linesOfARequest is how many documents of a bulk request count as one request.
const linesOfARequest = 100

// limits are those of this process; other replicas have their own.
type limits struct {
	keys      *buckets[string]       // by the key's id; nil: there is no limit
	addresses *buckets[netip.Prefix] // of those who send unknown keys; nil: there is no limit
	refused   func(limit string)     // is told of each refusal
}

func newLimits(c Config) limits {
	l := limits{newBuckets[string](c.KeyLimit), newBuckets[netip.Prefix](c.AddressLimit), c.Limited}
	if l.refused == nil {
		l.refused = func(string) {}
	}
	return l
}

// spend takes a request off what the key may send.
func (s *server) spend(key models.Key) error {
	if s.limits.keys == nil {
		return nil
	}
	now := s.Clock()
	bucket := s.limits.keys.of(key.ID, now)
	if bucket.AllowN(now, 1) {
		return nil
	}
	s.limits.refused(limitOfKey)
	return tooManyOf(untilOne(bucket, now), fmt.Sprintf("the key %q sends more than the %v requests a second that one may; "+
		"send many responses or figures in one request, %d count as one there", key.Name, s.KeyLimit.Rate, linesOfARequest))
}

// spendLines lets a bulk request go on when what its further documents count as is
// there: it waits, and so does who sends them, instead of being refused midway.
func (s *server) spendLines(c *gin.Context) error {
	if s.limits.keys == nil {
		return nil
	}
	now := s.Clock()
	turn := time.NewTimer(s.limits.keys.of(requestKey(c).ID, now).ReserveN(now, 1).DelayFrom(now))
	defer turn.Stop()
	select {
	case <-turn.C:
		return nil
	case <-c.Request.Context().Done():
		return c.Request.Context().Err()
	}
}

// lookUp finds a key in the database.
func (s *server) lookUp(c *gin.Context, hash [32]byte) (models.Key, error) {
	return guess(s, c, s.keys.knows(hash), models.NotFound, func() (models.Key, error) { return s.Store.KeyByHash(c.Request.Context(), hash) })
}

// guess finds what can be guessed. Whoever sends unknown ones, which fail by wrong, gets no more
// looked up for a while, so that guessing leads nowhere; those that were found
// before are looked up all the same, since honest clients may have the same address.
func guess[T any](s *server, c *gin.Context, known bool, wrong models.Code, find func() (T, error)) (T, error) {
	if known {
		return find()
	}
	count, err := s.mayGuess(c)
	if err != nil {
		var nothing T
		return nothing, err
	}
	found, err := find()
	if models.ErrorCode(err) == wrong {
		count()
	}
	return found, err
}

// guessed counts a payload that nobody signed as an unknown key; the error is for when there are too many.
func (s *server) guessed(c *gin.Context) error {
	count, err := s.mayGuess(c)
	if err == nil {
		count()
	}
	return err
}

// mayGuess gives what counts a wrong guess of the request's address, or an error when there were too many.
func (s *server) mayGuess(c *gin.Context) (count func(), err error) {
	if s.limits.addresses == nil {
		return func() {}, nil
	}
	now := s.Clock()
	bucket := s.limits.addresses.of(network(c.ClientIP()), now)
	if wait := untilOne(bucket, now); wait > 0 {
		s.limits.refused(limitOfAddress)
		return nil, tooManyOf(wait, "too many unknown keys came from this address; check the key")
	}
	return func() { bucket.ReserveN(now, 1) }, nil // of guesses sent at once each is counted, also where that leaves less than none
}

// network is what counts as one address: of IPv6 the 64 bits that a customer of a provider has to himself.
func network(ip string) netip.Prefix {
	address, _ := netip.ParseAddr(ip) // the zero address, where there is none, is one too
	address = address.Unmap().WithZone("")
	bits := address.BitLen()
	if address.Is6() {
		bits = 64
	}
	prefix, _ := address.Prefix(bits)
	return prefix
}

func tooManyOf(wait time.Duration, what string) error {
	err := models.Errorf(tooMany, "%s, and try again when the seconds of Retry-After have passed", what)
	err.RetryAfter = wait
	return err
}
