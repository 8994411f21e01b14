package metrics

import (
	"bytes"
	"encoding/binary"
	"maps"
	"slices"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

// cell is the number of one counter of a tally.
type cell uint32

// leaf is what cx_window_responses is told apart by: label numbers, in the order of leafDimensions.
type leaf [4]uint32

func leafDimensions() [4]models.Dimension {
	return [4]models.Dimension{models.Touchpoint, models.Segment, models.Channel, models.Team}
}

// tally holds one metric's counts of a workspace: of every group by score, of
// every leaf by category. A day is one packed string of the cells that are not
// zero, which is what makes a year of them small; the sums over the windows are
// kept beside them and follow each change of a day.
type tally struct {
	metric    models.Metric
	groups    [dimensions]map[uint32]cell // the first of a group's Size() cells, by label number
	leaves    map[leaf]cell               // the first of a leaf's three cells
	maxLeaves int
	folded    *distinct // leaves past maxLeaves
	used      cell      // the first Size() cells are the company's
	periods   []models.Period
	days      map[models.Day][]byte
	sums      [][]int64 // by window, then by cell
}

func newTally(m models.Metric, today models.Day, maxLeaves int, folded *distinct) *tally {
	t := &tally{metric: m, leaves: map[leaf]cell{}, maxLeaves: maxLeaves, folded: folded,
		used: cell(m.Size()), days: map[models.Day][]byte{}}
	for d := range t.groups {
		t.groups[d] = map[uint32]cell{}
	}
	t.moveTo(today)
	return t
}

// longest is the period of the longest window.
func longest(today models.Day) models.Period {
	windows := models.Windows()
	return windows[len(windows)-1].Period(today)
}

// moveTo makes the windows end with today and forgets the days before them.
func (t *tally) moveTo(today models.Day) {
	t.periods, t.sums = nil, nil
	for _, w := range models.Windows() {
		t.periods = append(t.periods, w.Period(today))
		t.sums = append(t.sums, make([]int64, t.used))
	}
	since := longest(today).Since
	for day, packed := range t.days {
		if day < since {
			delete(t.days, day)
			continue
		}
		t.sum(day, packed, 1)
	}
}

// count adds n answers to a day's counts, in every group they belong to.
func (t *tally) count(day map[cell]int64, labels [dimensions]uint32, answer int, n int64) {
	at := cell(answer - t.metric.Min)
	day[at] += n
	for d, label := range labels {
		if label != noLabel {
			day[t.group(d, label)+at] += n
		}
	}
	if !models.IsParticipation(t.metric.Key) { // it is told of groups only
		day[t.leaf(labels)+cell(t.metric.Category(answer))] += n
	}
}

func (t *tally) group(d int, label uint32) cell {
	first, known := t.groups[d][label]
	if !known {
		first = t.take(t.metric.Size())
		t.groups[d][label] = first
	}
	return first
}

// leaf gives the cells of a leaf. Past maxLeaves, new ones share the leaf that is other throughout.
func (t *tally) leaf(labels [dimensions]uint32) cell {
	var l leaf
	for i, d := range leafDimensions() {
		l[i] = labels[d]
	}
	first, known := t.leaves[l]
	if !known && len(t.leaves) >= t.maxLeaves {
		var name []byte
		for _, label := range l {
			name = binary.AppendUvarint(name, uint64(label))
		}
		t.folded.add(t.metric.Key + string(name))
		l = leaf{otherLabel, otherLabel, otherLabel, otherLabel}
		first, known = t.leaves[l]
	}
	if !known {
		first = t.take(len(score.Result{}.Categories))
		t.leaves[l] = first
	}
	return first
}

func (t *tally) take(n int) cell {
	first := t.used
	t.used += cell(n)
	for w := range t.sums {
		t.sums[w] = append(t.sums[w], make([]int64, n)...)
	}
	return first
}

// replace puts a day's counts in the place of what was known of it and reports
// whether that was something else.
func (t *tally) replace(day models.Day, counts map[cell]int64) bool {
	packed := pack(counts)
	if bytes.Equal(packed, t.days[day]) {
		return false
	}
	t.sum(day, t.days[day], -1)
	t.sum(day, packed, 1)
	if len(packed) == 0 {
		delete(t.days, day)
	} else {
		t.days[day] = packed
	}
	return true
}

// sum adds a packed day, or with sign −1 takes it away, in every window that holds it.
func (t *tally) sum(day models.Day, packed []byte, sign int64) {
	var held [][]int64
	for w, p := range t.periods {
		if day >= p.Since && day < p.Until {
			held = append(held, t.sums[w])
		}
	}
	if len(held) == 0 {
		return
	}
	unpack(packed, func(c cell, n int64) {
		for _, sums := range held {
			sums[c] += sign * n
		}
	})
}

// pack writes the counts that are not zero by rising cell, each as the distance
// from the cell before and the count, both as varints.
func pack(counts map[cell]int64) []byte {
	var packed []byte
	last := cell(0)
	for _, c := range slices.Sorted(maps.Keys(counts)) {
		if counts[c] != 0 {
			packed = binary.AppendUvarint(packed, uint64(c-last))
			packed = binary.AppendVarint(packed, counts[c])
			last = c
		}
	}
	return bytes.Clone(packed) // to its size
}

// unpack reads what pack wrote.
func unpack(packed []byte, do func(cell, int64)) {
	for c := cell(0); len(packed) > 0; {
		distance, size := binary.Uvarint(packed)
		n, more := binary.Varint(packed[size:])
		c += cell(distance)
		do(c, n)
		packed = packed[size+more:]
	}
}
