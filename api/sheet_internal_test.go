package api

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNoCellIsRunAndEachCanBeHadBackAsItWas(t *testing.T) {
	t.Parallel()
	told := regexp.MustCompile(`^'+[=+\-@\t\r\n＝＋－＠]`) // as it is documented
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringOf(rapid.SampledFrom([]rune("'=+-@\t\r\n＝＋－＠5. ae"))).Draw(t, "cell")
		safe := defused(cell)
		if _, err := strconv.ParseFloat(safe, 64); err != nil && safe != "" && strings.ContainsAny(firstRune(safe), formulaStarts) {
			t.Fatalf("%q is told as %q", cell, safe)
		}
		back := safe
		if told.MatchString(safe) {
			back = safe[1:]
		}
		if back != cell {
			t.Fatalf("%q is told as %q, which is read as %q", cell, safe, back)
		}
	})
}
