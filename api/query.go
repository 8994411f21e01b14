package api

import (
	"encoding/base64"
	"encoding/binary"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/mittari/mittari/models"
)

// query reads a request's query parameters. Every fault is named at once by
// err, and so is every parameter that nothing asked for.
type query struct {
	values url.Values
	known  []string
	faults models.Faults
}

func queryOf(c *gin.Context) *query {
	values, err := url.ParseQuery(c.Request.URL.RawQuery)
	q := &query{values: values}
	if err != nil {
		q.faults.Add("(query)", "is not a valid query string: %v", err)
	}
	return q
}

// text is a parameter's value, "" when it was not given.
func (q *query) text(name string) string {
	q.known = append(q.known, name)
	values := q.values[name]
	if len(values) > 1 {
		q.faults.Add(name, "is given %d times; give it once", len(values))
	}
	if len(values) == 0 {
		return ""
	}
	if !holdable(values[0]) {
		q.faults.Add(name, "must be UTF-8 without the NUL character")
		return ""
	}
	return values[0]
}

// holdable reports whether a database can hold the text; one that can't must not be asked for it.
func holdable(text string) bool { return utf8.ValidString(text) && !strings.ContainsRune(text, 0) }

// list is a parameter's values, given several times or between commas, each once;
// given without any it is empty. given tells whether it was given at all.
func (q *query) list(name string) (values []string, given bool) {
	q.known = append(q.known, name)
	for _, text := range q.values[name] {
		if !holdable(text) {
			q.faults.Add(name, "must be UTF-8 without the NUL character")
			return nil, true
		}
		for value := range strings.SplitSeq(text, ",") {
			if value = strings.TrimSpace(value); value != "" && !slices.Contains(values, value) {
				values = append(values, value)
			}
		}
	}
	return values, q.values.Has(name)
}

// number is a parameter's value from 1 to greatest, otherwise the default.
func (q *query) number(name string, otherwise, greatest int) int {
	text := q.text(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > greatest {
		q.faults.Add(name, "must be a number from 1 to %d", greatest)
		return otherwise
	}
	return n
}

// flag is a parameter that is true or false, false when it was not given.
func (q *query) flag(name string) bool {
	switch text := q.text(name); text {
	case "", "false":
	case "true":
		return true
	default:
		q.faults.Add(name, "must be true or false")
	}
	return false
}

// moment is a time, or a date that stands for its first moment in the zone; zero when it was not given.
func (q *query) moment(name string, zone *time.Location) time.Time {
	text := q.text(name)
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, text)
	if day, dateErr := models.ParseDay(text); dateErr == nil {
		t, err = day.Start(zone), nil
	}
	switch {
	case err != nil:
		q.faults.Add(name, "must be a date such as 2026-01-31 or a time with a zone such as 2026-01-31T10:04:00+02:00 (%%2B for +)")
	case t.Unix() < -24*60*60: // 1970 begins a little earlier in the east
		q.faults.Add(name, "must not be before 1970")
	default:
		return t
	}
	return time.Time{}
}

// day is a date, or a time that is a day's first moment in the zone.
func (q *query) day(name string, zone *time.Location) (day models.Day, given bool) {
	t := q.moment(name, zone)
	if t.IsZero() {
		return 0, false
	}
	day = models.DayOf(t, zone)
	if !day.Start(zone).Equal(t) {
		q.faults.Add(name, "must be a date, or midnight in %s: scores are kept by day", zone)
	}
	return day, true
}

// dimensions are the values to filter by.
func (q *query) dimensions() models.Keys {
	var keys models.Keys
	for _, d := range models.Dimensions() {
		keys[d] = q.text(d.String())
	}
	return keys
}

// cursor is where the page before ended; "" for the first page.
func (q *query) cursor() string {
	before, _ := q.place(len(uuid.UUID{}))
	return before
}

// timedCursor is where the page before ended, and when the first page was read; "" for the first page.
func (q *query) timedCursor() (before string, begun time.Time) {
	before, rest := q.place(len(uuid.UUID{}) + 8)
	if before == "" {
		return "", time.Time{}
	}
	return before, time.UnixMicro(int64(binary.BigEndian.Uint64(rest)))
}

// place is the id at the beginning of the cursor, which has so many bytes, and the rest.
func (q *query) place(size int) (id string, rest []byte) {
	text := q.text("cursor")
	if text == "" {
		return "", nil
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) != size || base64.RawURLEncoding.EncodeToString(b) != text { // decoding overlooks ends of lines and spare bits
		q.faults.Add("cursor", "is not one that this list gave; leave it out for the first page")
		return "", nil
	}
	return uuid.UUID(b[:len(uuid.UUID{})]).String(), b[len(uuid.UUID{}):]
}

// cursorAfter is the cursor of the page that follows what has the id; with a time unless that is zero.
func cursorAfter(id string, begun time.Time) string {
	u := uuid.MustParse(id)
	b := u[:]
	if !begun.IsZero() {
		b = binary.BigEndian.AppendUint64(b, uint64(begun.UnixMicro()))
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// err is nil when every parameter was known and readable.
func (q *query) err() error {
	for _, name := range sortedNames(q.values) {
		if !slices.Contains(q.known, name) {
			q.faults.Add(toldName(name), "is unknown; %s", q.knownOnes())
		}
	}
	if len(q.faults) == 0 {
		return nil
	}
	return &models.Error{Code: malformed, Message: "some query parameters can't be used", Faults: q.faults}
}

// toldName is a name that somebody made up, as it can be told: in UTF-8, and not at any length.
func toldName(name string) string {
	const most = 100
	told := []rune(strings.ToValidUTF8(name, "\uFFFD"))
	switch {
	case len(told) == 0:
		return "(query)"
	case len(told) > most:
		return string(told[:most]) + "…"
	}
	return string(told)
}

func (q *query) knownOnes() string {
	if len(q.known) == 0 {
		return "this route takes no query parameters"
	}
	return "known are " + strings.Join(q.known, ", ")
}

// noQuery refuses every query parameter.
func noQuery(c *gin.Context) error { return queryOf(c).err() }

// pathID is the id in the path; what is no id is not found.
func pathID(c *gin.Context) (string, error) {
	id, is := parseID(c.Param("id"))
	if !is {
		return "", models.Errorf(models.NotFound, "there is nothing with the id %q", c.Param("id"))
	}
	return id, nil
}

// parseID is an id as it is stored, whatever the case of its digits.
func parseID(text string) (id string, is bool) {
	parsed, err := uuid.Parse(text)
	return parsed.String(), err == nil && len(text) == 36 // the parser knows other forms as well
}

// pathKey is the key in the path; what can be no key is not found.
func pathKey(c *gin.Context) (string, error) {
	key := c.Param("key")
	if !holdable(key) {
		return "", models.Errorf(models.NotFound, "there is nothing with the key %q", key)
	}
	return key, nil
}
