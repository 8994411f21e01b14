package score

import (
	"maps"
	"math"
	"slices"
	"testing"
)

// nps is the scale of "would you recommend us".
func nps() Scale { return Scale{Min: 0, Max: 10, Better: Higher, Top: 9, Bottom: 6, Headline: Net} }

// effort is a scale on which the least is the best.
func effort() Scale {
	return Scale{Min: 1, Max: 5, Better: Lower, Top: 2, Bottom: 4, Headline: Share}
}

func TestCategoriesFollowTheCutPoints(t *testing.T) {
	for _, c := range []struct {
		name  string
		scale Scale
		want  []Category
	}{
		{"nps", nps(), []Category{Bottom, Bottom, Bottom, Bottom, Bottom, Bottom, Bottom, Middle, Middle, Top, Top}},
		{"effort", effort(), []Category{Top, Top, Middle, Bottom, Bottom}},
		{"yes or no", Scale{Min: 0, Max: 1, Better: Higher, Top: 1, Bottom: 0, Headline: Share}, []Category{Bottom, Top}},
	} {
		var got []Category
		for v := c.scale.Min; v <= c.scale.Max; v++ {
			got = append(got, c.scale.Category(v))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestEveryFaultOfAScaleIsNamed(t *testing.T) {
	change := func(s Scale, do func(*Scale)) Scale { do(&s); return s }
	for _, c := range []struct {
		name  string
		scale Scale
		want  []string // the fields at fault
	}{
		{"nps", nps(), nil},
		{"effort", effort(), nil},
		{"101 values", Scale{Min: 0, Max: 100, Better: Higher, Top: 50, Bottom: 49, Headline: Mean}, nil},
		{"102 values", change(nps(), func(s *Scale) { s.Max = 101 }), []string{"max"}},
		{"one value", Scale{Min: 3, Max: 3, Better: Higher, Top: 3, Bottom: 3, Headline: Net}, []string{"max"}},
		{"upside down", Scale{Min: 5, Max: 1, Better: Higher, Top: 4, Bottom: 2, Headline: Net}, []string{"max"}},
		{"no direction", change(nps(), func(s *Scale) { s.Better = "up" }), []string{"better"}},
		{"no headline", change(nps(), func(s *Scale) { s.Headline = "median" }), []string{"headline"}},
		{"nothing at all", Scale{}, []string{"better", "headline", "max"}},
		{"top off the scale", change(nps(), func(s *Scale) { s.Top = 11 }), []string{"top"}},
		{"bottom off the scale", change(nps(), func(s *Scale) { s.Bottom = -1 }), []string{"bottom"}},
		{"one value in both", change(nps(), func(s *Scale) { s.Bottom = 9 }), []string{"bottom"}},
		{"crossing", change(nps(), func(s *Scale) { s.Bottom = 10 }), []string{"bottom"}},
		{"crossing, lower is better", change(effort(), func(s *Scale) { s.Bottom = 1 }), []string{"bottom"}},
		{"all integers", change(nps(), func(s *Scale) { s.Min, s.Max = math.MinInt, math.MaxInt }), []string{"max", "min"}},
		{"beyond what a database holds", Scale{Min: 1 << 40, Max: 1<<40 + 4, Better: Higher, Top: 1<<40 + 4, Bottom: 1 << 40, Headline: Net}, []string{"max", "min"}},
		{"down there", Scale{Min: math.MinInt, Max: math.MinInt + 4, Better: Lower, Top: math.MinInt, Bottom: math.MinInt + 4, Headline: Net}, []string{"max", "min"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			faults := c.scale.Faults()
			if got := slices.Sorted(maps.Keys(faults)); !slices.Equal(got, c.want) {
				t.Errorf("faults in %v, want %v: %v", got, c.want, faults)
			}
			for field, message := range faults {
				if message == "" {
					t.Errorf("%s has no message", field)
				}
			}
		})
	}
}

func TestOnlyScalesOfTheSameAnswersAreTheSame(t *testing.T) {
	changed := nps()
	changed.Top, changed.Bottom, changed.Headline = 8, 5, Share
	if !nps().Same(changed) {
		t.Error("other cut points and another headline made another scale; the answers are the same")
	}
	for name, do := range map[string]func(*Scale){
		"min": func(s *Scale) { s.Min = 1 }, "max": func(s *Scale) { s.Max = 9 }, "better": func(s *Scale) { s.Better = Lower },
	} {
		other := nps()
		do(&other)
		if nps().Same(other) {
			t.Errorf("another %s did not make another scale", name)
		}
	}
}
