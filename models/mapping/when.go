package mapping

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// token is a part of a format, with its Go layout.
type token struct{ name, layout string }

// tokens are all there are; a longer one stands before the one it begins with.
func tokens() []token {
	return []token{
		{"YYYY", "2006"}, {"YY", "06"},
		{"MMMM", "January"}, {"MMM", "Jan"}, {"MM", "01"}, {"M", "1"},
		{"dddd", "Monday"}, {"ddd", "Mon"}, {"DD", "02"}, {"D", "2"},
		{"HH", "15"}, {"hh", "03"}, {"h", "3"}, {"mm", "04"}, {"m", "4"}, {"ss", "05"}, {"s", "5"},
		{"A", "PM"}, {"a", "pm"}, {"Z", "Z07:00"}, {"T", "T"},
	}
}

// runsInto reports whether nobody can tell where one number ends and the next begins.
func (t token) runsInto(next token) bool {
	return t.number() && next.number() && (len(t.layout) == 1 || len(next.layout) == 1)
}

func (t token) number() bool { return t.layout != "" && unicode.IsDigit(rune(t.layout[0])) }

// usualFormats are tried when a mapping gives none.
func usualFormats() []string {
	return []string{
		time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05",
		"2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02",
	}
}

// layout turns a format such as DD.MM.YYYY HH:mm into Go's.
func layout(format string) (string, error) {
	var b strings.Builder
	used := map[byte]bool{}
	var last token
	for rest := format; rest != ""; {
		r, size := utf8.DecodeRuneInString(rest)
		t, ok := leading(rest)
		switch {
		case ok && last.runsInto(t):
			return "", fmt.Errorf("%q: put something between %s and %s", format, last.name, t.name)
		case ok:
			b.WriteString(t.layout)
			used[t.name[0]] = true
			last, rest = t, rest[len(t.name):]
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_':
			return "", fmt.Errorf("%q: %q is no part of a format; the parts are %s", format, r, names(tokens()))
		default:
			b.WriteString(rest[:size])
			last, rest = token{}, rest[size:]
		}
	}
	if !used['Y'] || !used['M'] || !used['D'] {
		return "", fmt.Errorf(`%q needs year, month and day: put a constant and a column together in the template, such as "2014-09-{DAY}" with the format YYYY-MM-D`, format)
	}
	return b.String(), nil
}

func leading(s string) (token, bool) {
	for _, t := range tokens() {
		if strings.HasPrefix(s, t.name) {
			return t, true
		}
	}
	return token{}, false
}

func names(tokens []token) string {
	list := make([]string, len(tokens))
	for i, t := range tokens {
		list[i] = t.name
	}
	return strings.Join(list, " ")
}

var errNoZone = errors.New("has no time zone: give time_zone in the mapping, such as Europe/Helsinki")

// when reads a time by the first layout that fits. A day without a time of day
// is its midnight. Zone is for those without one of their own; nil when unknown.
func when(text string, layouts []string, zone *time.Location) (time.Time, error) {
	for _, l := range layouts {
		in := zone
		if zone == nil {
			in = time.UTC
		}
		t, err := time.ParseInLocation(l, text, in)
		if err != nil {
			continue
		}
		if zone == nil && zoneless(l) {
			return time.Time{}, errNoZone
		}
		return t, nil
	}
	return time.Time{}, fmt.Errorf("%q is not a time like %s", text, example(layouts))
}

// zoneless reports whether times in the layout don't say their zone.
func zoneless(layout string) bool { return !strings.Contains(layout, "Z07:00") }

// example shows a moment in the first of the layouts, and in the last.
func example(layouts []string) string {
	moment := time.Date(2026, 1, 31, 14, 5, 0, 0, time.UTC)
	first, last := moment.Format(layouts[0]), moment.Format(layouts[len(layouts)-1])
	if first == last {
		return first
	}
	return first + " or " + last
}
