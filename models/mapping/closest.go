package mapping

import "strings"

// closest is the name most like the one given, when one is like it enough to be
// what was meant: at most a third of its letters are other ones.
func closest(name string, names []string) (string, bool) {
	const longest = 60 // runes compared; a question's whole text may be a column's name
	wanted := head(strings.ToLower(name), longest)
	best, least := "", len(wanted)/3+1
	for _, other := range names {
		if d := distance(wanted, head(strings.ToLower(other), longest)); d < least {
			best, least = other, d
		}
	}
	return best, best != ""
}

func head(s string, n int) []rune {
	r := []rune(s)
	return r[:min(n, len(r))]
}

// distance is how many letters must be put in, taken away or changed to turn a into b (Levenshtein 1966).
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			changed := diagonal
			if x != y {
				changed++
			}
			diagonal = row[j+1]
			row[j+1] = min(changed, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
