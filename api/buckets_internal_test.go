package api

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"time"
)

func TestAMillionAddressesDoNotFillTheMemory(t *testing.T) {
	t.Parallel()
	b := newBuckets[netip.Prefix](Limit{Rate: 1, Burst: 60})
	now := time.Date(2026, 11, 20, 8, 4, 0, 0, time.UTC)
	for i := range 1_000_000 {
		var ip [4]byte
		binary.BigEndian.PutUint32(ip[:], uint32(i))
		b.of(netip.PrefixFrom(netip.AddrFrom4(ip), 32), now)
		if held := len(b.young) + len(b.old); held > 2*mostBuckets {
			t.Fatalf("after %d addresses %d are held", i+1, held)
		}
	}
	for range 2 { // idle ones are forgotten
		now = now.Add(2 * time.Minute)
		b.of(netip.Prefix{}, now)
	}
	if held := len(b.young) + len(b.old); held > 2 {
		t.Errorf("%d are held after minutes without them", held)
	}
}

func TestBucketIsRememberedUntilItIsFullAgain(t *testing.T) {
	t.Parallel()
	b := newBuckets[string](Limit{Rate: 1, Burst: 10})
	now := time.Date(2026, 11, 20, 8, 4, 0, 0, time.UTC)
	b.of("a", now).ReserveN(now, 10)
	b.of("a", now).ReserveN(now, 10) // a debt
	for second := range 19 {
		b.of("other", now)
		if wait := untilOne(b.of("a", now), now); wait != max(0, time.Duration(11-second)*time.Second) {
			t.Errorf("after %d s it says %s", second, wait)
		}
		now = now.Add(time.Second)
	}
}

func TestOneAddressIsWhatOneCustomerOfAProviderHas(t *testing.T) {
	t.Parallel()
	for a, b := range map[string]string{
		"203.0.113.7":     "::ffff:203.0.113.7",
		"2001:db8:1:2::1": "2001:db8:1:2:ffff::9",
		"fe80::1%eth0":    "fe80::2",
		"":                "nonsense",
	} {
		if network(a) != network(b) {
			t.Errorf("%s is %v and %s is %v", a, network(a), b, network(b))
		}
	}
	for a, b := range map[string]string{"203.0.113.7": "203.0.113.8", "2001:db8:1:2::1": "2001:db8:1:3::1"} {
		if network(a) == network(b) {
			t.Errorf("%s and %s are one", a, b)
		}
	}
}
