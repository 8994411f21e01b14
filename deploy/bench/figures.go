package main

import (
	"fmt"
	"slices"
	"time"
)

// middle is the median.
func middle(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	switch {
	case n == 0:
		return 0
	case n%2 == 1:
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}

// pairs are what was measured in turn: the baseline and ours, the same number of times.
type pairs struct{ base, ours []float64 }

func (p *pairs) add(base, ours float64) {
	p.base, p.ours = append(p.base, base), append(p.ours, ours)
}

// ratio is the ratio of the medians of ours and the baseline.
func (p pairs) ratio() float64 { return middle(p.ours) / middle(p.base) }

// spread is the least and the greatest ratio of those that were measured next to each other.
func (p pairs) spread() (least, most float64) {
	ratios := make([]float64, len(p.base))
	for i := range ratios {
		ratios[i] = p.ours[i] / p.base[i]
	}
	return slices.Min(ratios), slices.Max(ratios)
}

// inverse is the same told as how many times faster ours is, of times.
func (p pairs) inverse() pairs { return pairs{base: p.ours, ours: p.base} }

// Units of figures.
func perSecond(v float64) string { return fmt.Sprintf("%.0f/s", v) }

func seconds(v float64) string {
	d := time.Duration(v * float64(time.Second))
	switch {
	case d >= 10*time.Second:
		return d.Round(100 * time.Millisecond).String()
	case d >= time.Second:
		return d.Round(10 * time.Millisecond).String()
	case d >= 10*time.Millisecond:
		return d.Round(100 * time.Microsecond).String()
	}
	return d.Round(time.Microsecond).String()
}

func megabytes(v float64) string { return fmt.Sprintf("%.1f MB", v/1e6) }
