package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
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
		return models.Errorf(models.TooLarge, "the body may have %d bytes at most; send many a line each, responses to /v1/responses/bulk", maxBody)
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
	if err != nil {
		return explain(body, into, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return models.Errorf(malformed, "something follows the JSON document; send one document, or many a line each: responses to /v1/responses/bulk, observations as application/x-ndjson")
	}
	if string(bytes.TrimSpace(body)) == "null" { // it fits every type, and says nothing
		return explain(body, into, nil)
	}
	return nil
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

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
