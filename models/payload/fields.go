package payload

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// fields are the texts of a payload by where they stand in it, such as data.q1.
type fields map[string]string

// The bounds of fields, so that what nests deeply can't become many times as large.
const (
	maxFields = 5000
	maxName   = 300 // bytes
)

func (f fields) put(name, text string) {
	if len(f) < maxFields && len(name) <= maxName {
		f[name] = text
	}
}

// add adds what a JSON value holds under a name: an object's members behind a dot, a list's texts
// with commas between them, or behind their numbers where they are no plain values. What is null is not there.
func (f fields) add(name string, value any) {
	if len(name) > maxName {
		return
	}
	switch v := value.(type) {
	case map[string]any:
		for _, member := range slices.Sorted(maps.Keys(v)) {
			f.add(strings.TrimPrefix(name+"."+member, "."), v[member])
		}
	case []any:
		if text := joined(v); text != "" {
			f.put(name, text)
			return
		}
		for i, item := range v {
			f.add(name+"."+strconv.Itoa(i), item)
		}
	default:
		if text, is := plain(v); is {
			f.put(name, text)
		}
	}
}

// plain is the text of a value that is no list and no object.
func plain(value any) (text string, is bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// joined are plain values with commas between them, what is null left out; "" where there are others.
func joined(values []any) string {
	var texts []string
	for _, v := range values {
		text, is := plain(v)
		if !is && v != nil {
			return ""
		}
		if is {
			texts = append(texts, text)
		}
	}
	return strings.Join(texts, ", ")
}

// objects are the objects in a list.
func objects(list any) []map[string]any {
	var found []map[string]any
	items, _ := list.([]any)
	for _, item := range items {
		if object, is := item.(map[string]any); is {
			found = append(found, object)
		}
	}
	return found
}

// list names the fields, some of them where they are many. It tells no texts.
func (f fields) list() string {
	const most = 30
	names := slices.Sorted(maps.Keys(f))
	if len(names) > most {
		return strings.Join(names[:most], ", ") + " and " + strconv.Itoa(len(names)-most) + " more"
	}
	return strings.Join(names, ", ")
}
