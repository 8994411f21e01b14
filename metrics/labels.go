package metrics

import (
	"maps"
	"slices"

	"github.com/mittari/mittari/models"
)

// labels are the values that the label of one dimension may take: those of the
// workspace's catalog, so that their number is bounded and every replica has the
// same. Every other value is told as models.OtherKey. A value is known by its number.
type labels struct {
	numbers map[string]uint32
	values  []string // by number
	folded  distinct // values that were told as another
}

const (
	noLabel    uint32 = iota // no value was given
	otherLabel               // models.OtherKey
)

func newLabels() *labels {
	return &labels{
		numbers: map[string]uint32{"": noLabel, models.OtherKey: otherLabel},
		values:  []string{"", models.OtherKey},
	}
}

func (l *labels) add(value string) {
	if _, known := l.numbers[value]; !known {
		l.numbers[value] = uint32(len(l.values))
		l.values = append(l.values, value)
	}
}

// number is the value's own number, or otherLabel's.
func (l *labels) number(value string) uint32 {
	n, known := l.numbers[value]
	if !known {
		l.folded.add(value)
		return otherLabel
	}
	return n
}

// fold is the value itself, or models.OtherKey.
func (l *labels) fold(value string) string { return l.values[l.number(value)] }

// clone are the same values, of which none was told as another yet.
func (l *labels) clone() *labels {
	return &labels{numbers: maps.Clone(l.numbers), values: slices.Clone(l.values)}
}

// learn takes over what a clone told as another. It reports false when a value that was added here since may be among that.
func (l *labels) learn(clone *labels) bool {
	l.folded.merge(&clone.folded)
	return !slices.ContainsFunc(l.values[len(clone.values):], clone.folded.maybe)
}
