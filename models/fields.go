package models

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// Bounds of a response's free fields.
const (
	maxID            = 200
	maxLanguage      = 100
	maxProperties    = 50
	maxPropertyName  = 100
	maxPropertyValue = 1000
	maxTags          = 50
	maxTag           = 100
)

func (s Submission) checkFields(faults *Faults) {
	checkText("submission_id", s.SubmissionID, maxID, faults)
	checkPerson(s.Person, faults)
	for d, key := range s.keys() {
		checkKey(Dimension(d).String(), key, faults)
	}
	checkLanguage(s.Language, faults)
	checkProperties(s.Properties, faults)
	checkTags(s.Tags, faults)
}

func checkLanguage(tag string, faults *Faults) {
	if n := utf8.RuneCountInString(tag); n > maxLanguage {
		faults.Add("language", "may be %d characters at most, is %d", maxLanguage, n)
	} else if _, err := language.Parse(tag); tag != "" && err != nil {
		faults.Add("language", "must be a BCP 47 tag such as fi or en-GB, is %q", short(tag))
	}
}

func (s Submission) keys() Keys {
	return Keys{Survey: s.Survey, Touchpoint: s.Touchpoint, Channel: s.Channel, Segment: s.Segment, Team: s.Team}
}

func checkProperties(properties map[string]any, faults *Faults) {
	if len(properties) > maxProperties {
		faults.Add("properties", "may be %d at most, are %d", maxProperties, len(properties))
	}
	for _, name := range sortedKeys(properties) {
		at := "properties." + short(name)
		if name == "" {
			faults.Add(at, "a property needs a name")
		}
		checkText(at, name, maxPropertyName, faults)
		checkProperty(at, properties[name], faults)
	}
}

func checkProperty(at string, value any, faults *Faults) {
	switch v := value.(type) {
	case nil, bool:
		return
	case float64:
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			return
		}
	case string:
		checkText(at, v, maxPropertyValue, faults)
		return
	}
	faults.Add(at, "must be text, a number, true, false or null; nothing nested")
}

func checkTags(tags []string, faults *Faults) {
	if len(tags) > maxTags {
		faults.Add("tags", "may be %d at most, are %d", maxTags, len(tags))
	}
	for i, tag := range tags {
		if tag == "" {
			faults.Add(index("tags", i), "must not be empty")
		}
		checkText(index("tags", i), tag, maxTag, faults)
	}
}

func checkKey(field, key string, faults *Faults) {
	if key != "" && !validKey(key) {
		faults.Add(field, "%s; %q is not", keyRule, short(key))
	}
}

// checkText refuses text that is too long or that a database can't hold.
func checkText(field, text string, limit int, faults *Faults) {
	switch {
	case !utf8.ValidString(text):
		faults.Add(field, "must be UTF-8")
	case strings.ContainsRune(text, 0):
		faults.Add(field, "must not hold the NUL character")
	case utf8.RuneCountInString(text) > limit:
		faults.Add(field, "may be %d characters at most, is %d", limit, utf8.RuneCountInString(text))
	}
}

// short cuts a value that is quoted back to its sender.
func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

func index(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
