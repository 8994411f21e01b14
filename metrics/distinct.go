package metrics

import (
	"math"
	"slices"

	"github.com/cespare/xxhash/v2"
)

// sketchSize is the number of different values up to which a distinct is exact.
const sketchSize = 1024

// distinct tells how many different values it was shown, in bounded memory: it
// keeps the least hashes only (k minimum values; Bar-Yossef et al. 2002). Past
// sketchSize values its number is an estimate with a standard error of 3 %.
type distinct struct {
	least []uint64 // sorted
	more  bool     // others were shown beside these
}

func (d *distinct) add(value string) { d.addHash(xxhash.Sum64String(value)) }

// merge adds the values that another was shown.
func (d *distinct) merge(o *distinct) {
	for _, h := range o.least {
		d.addHash(h)
	}
	d.more = d.more || o.more
}

func (d *distinct) addHash(h uint64) {
	at, found := slices.BinarySearch(d.least, h)
	if found {
		return
	}
	if len(d.least) < sketchSize {
		d.least = slices.Insert(d.least, at, h)
		return
	}
	d.more = true
	if at < sketchSize {
		copy(d.least[at+1:], d.least[at:])
		d.least[at] = h
	}
}

// maybe is false when the value was certainly never shown.
func (d *distinct) maybe(value string) bool {
	_, found := slices.BinarySearch(d.least, xxhash.Sum64String(value))
	return found || d.more
}

func (d *distinct) count() float64 {
	if !d.more {
		return float64(len(d.least))
	}
	return math.Round((sketchSize - 1) / (float64(d.least[sketchSize-1]) / math.MaxUint64))
}
