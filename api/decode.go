package api

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

// maxBody is the greatest size of a request's JSON document, and of one line of a bulk request.
const maxBody = 1 << 20

// readBody reads the request's JSON document into into, a pointer to a struct.
func readBody(c *gin.Context, into any) error {
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, maxBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return models.Errorf(models.TooLarge, "the body may have %d bytes at most; send many responses to /v1/responses/bulk", maxBody)
	}
	if err != nil {
		return models.Errorf(malformed, "the body broke off: %v", err)
	}
	return decodeJSON(body, into)
}

// decodeJSON reads one JSON document. Unknown fields, wrong types and trailing
// data are errors; every field at fault is named at once.
func decodeJSON(body []byte, into any) error {
	if !utf8.Valid(body) {
		return models.Errorf(malformed, "the body is not UTF-8 at byte %d", invalidUTF8At(body))
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if err == nil {
		if _, err = decoder.Token(); errors.Is(err, io.EOF) {
			return nil
		}
		return models.Errorf(malformed, "something follows the JSON document; send one document, or many lines to /v1/responses/bulk")
	}
	return explain(body, into, err)
}

func invalidUTF8At(b []byte) int {
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(b)
}

// explain walks a document that did not fit and names everything that does not.
func explain(body []byte, into any, cause error) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return models.Errorf(malformed, "the body is empty; send a JSON object")
	}
	var syntax *json.SyntaxError
	if errors.As(cause, &syntax) || !json.Valid(body) {
		return models.Errorf(malformed, "the body is not JSON: %s", syntaxMessage(body, cause))
	}
	var faults models.Faults
	explainValue(body, reflect.TypeOf(into).Elem(), "", &faults)
	if len(faults) == 0 {
		return models.Errorf(malformed, "the body does not fit: %v", cause)
	}
	return faults.Err("some fields can't be read")
}

func syntaxMessage(body []byte, cause error) string {
	var syntax *json.SyntaxError
	if !errors.As(cause, &syntax) {
		return "it breaks off or has something behind it"
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
	prefix := at
	if prefix != "" {
		prefix += "."
	}
	for _, name := range sortedNames(members) {
		field, known := fields[name]
		if !known {
			faults.Add(prefix+name, "is unknown; known are %s", strings.Join(sortedNames(fields), ", "))
			continue
		}
		explainValue(members[name], field, prefix+name, faults)
	}
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
	case t.Kind() == reflect.Map:
		faults.Add(nameOf(at), "must be a JSON object")
	default:
		faults.Add(nameOf(at), "%v", err)
	}
}

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
