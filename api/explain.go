package api

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/mittari/mittari/models"
)

// explain walks a document that did not fit and names everything that does not.
func explain(body []byte, into any, cause error) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return models.Errorf(malformed, "the body is empty; send a JSON object")
	}
	document := json.NewDecoder(bytes.NewReader(body))
	var first json.RawMessage
	if err := document.Decode(&first); err != nil {
		return models.Errorf(malformed, "the body is not JSON: %s", syntaxMessage(body, err))
	}
	if _, err := document.Token(); !errors.Is(err, io.EOF) {
		return models.Errorf(malformed, "something follows the JSON document; send one document, or many a line each: responses to /v1/responses/bulk, observations as application/x-ndjson")
	}
	var faults models.Faults
	explainValue(body, reflect.TypeOf(into).Elem(), "", &faults)
	if len(faults) == 0 {
		return explainDocument(cause)
	}
	return faults.Err("some fields can't be read")
}

// explainDocument is for what is wrong though every field could be read.
func explainDocument(cause error) error {
	var syntactic *jsontext.SyntacticError
	if errors.As(cause, &syntactic) && errors.Is(cause, jsontext.ErrDuplicateName) {
		at := strings.ReplaceAll(strings.TrimPrefix(string(syntactic.JSONPointer), "/"), "/", ".")
		return models.Errorf(malformed, "%s is given twice; give each field once", short(at))
	}
	return models.Errorf(malformed, "the body does not fit: %v", cause)
}

func syntaxMessage(body []byte, cause error) string {
	var syntax *json.SyntaxError
	if !errors.As(cause, &syntax) {
		return "it breaks off"
	}
	before := body[:min(int(syntax.Offset), len(body))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := len(before) - bytes.LastIndexByte(before, '\n') - 1
	return fmt.Sprintf("%v (line %d, column %d)", syntax, line, max(column, 1))
}

func explainValue(raw json.RawMessage, t reflect.Type, at string, faults *models.Faults) {
	for t.Kind() == reflect.Pointer {
		if string(bytes.TrimSpace(raw)) == "null" {
			return
		}
		t = t.Elem()
	}
	switch {
	case selfDecoding(t):
		explainLeaf(raw, t, at, faults)
	case t.Kind() == reflect.Struct:
		explainObject(raw, t, at, faults)
	case t.Kind() == reflect.Slice:
		var elements []json.RawMessage
		if json.Unmarshal(raw, &elements) != nil {
			faults.Add(nameOf(at), "must be a list")
		}
		for i, element := range elements {
			explainValue(element, t.Elem(), fmt.Sprintf("%s[%d]", at, i), faults)
		}
	case t.Kind() == reflect.Map:
		explainMap(raw, t, at, faults)
	default:
		explainLeaf(raw, t, at, faults)
	}
}

func nameOf(at string) string {
	if at == "" {
		return "(body)"
	}
	return at
}

func selfDecoding(t reflect.Type) bool {
	pointer := reflect.PointerTo(t)
	return pointer.Implements(reflect.TypeFor[json.Unmarshaler]()) || pointer.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

func explainObject(raw json.RawMessage, t reflect.Type, at string, faults *models.Faults) {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil || members == nil {
		faults.Add(nameOf(at), "must be a JSON object")
		return
	}
	fields := jsonFields(t)
	known := strings.Join(sortedNames(fields), ", ")
	prefix := at
	if prefix != "" {
		prefix += "."
	}
	for _, name := range sortedNames(members) {
		if field, found := fields[name]; found {
			explainValue(members[name], field, prefix+name, faults)
		} else {
			faults.Add(prefix+short(name), "is unknown; known are %s", known)
		}
	}
}

func explainMap(raw json.RawMessage, t reflect.Type, at string, faults *models.Faults) {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		faults.Add(nameOf(at), "must be a JSON object")
	}
	for _, name := range sortedNames(members) {
		explainValue(members[name], t.Elem(), at+"."+short(name), faults)
	}
}

// short cuts a name that is told back to its sender, and shows an empty one.
func short(name string) string {
	if name == "" {
		return `""`
	}
	if r := []rune(name); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return name
}

// jsonFields are the types of a struct's members by their JSON names, embedded structs' included.
func jsonFields(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			for n, ft := range jsonFields(f.Type) {
				fields[n] = ft
			}
		case f.IsExported() && name != "" && name != "-":
			fields[name] = f.Type
		}
	}
	return fields
}

func explainLeaf(raw json.RawMessage, t reflect.Type, at string, faults *models.Faults) {
	err := json.Unmarshal(raw, reflect.New(t).Interface())
	if err == nil {
		return
	}
	switch {
	case t == reflect.TypeFor[time.Time]():
		faults.Add(nameOf(at), "must be a time with a zone, such as 2026-11-20T10:04:00+02:00 or 2026-11-20T08:04:00Z")
	case t.Kind() == reflect.String:
		faults.Add(nameOf(at), "must be text")
	case t.Kind() == reflect.Bool:
		faults.Add(nameOf(at), "must be true or false")
	case t.Kind() == reflect.Int:
		faults.Add(nameOf(at), "must be an integer")
	case t.Kind() == reflect.Float64:
		faults.Add(nameOf(at), "must be a number such as 1234.5")
	case t.Kind() == reflect.Interface: // anything fits but a number beyond float64
		faults.Add(nameOf(at), "holds a number that is too large; send it as text")
	default:
		faults.Add(nameOf(at), "%v", err)
	}
}
