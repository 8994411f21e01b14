package api

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	jsonv2 "github.com/go-json-experiment/json" // what encoding/json/v2 is to be: twice as fast, and exact in names
	"github.com/go-json-experiment/json/jsontext"

	"github.com/mittari/mittari/models"
)

// maxBody is the greatest size of a request's JSON document, and of one line of a bulk request.
const maxBody = 1 << 20

// readBody reads the request's JSON document into into, a pointer to a struct.
func readBody(c *gin.Context, into any) error {
	body, err := readRaw(c)
	if err != nil {
		return err
	}
	return decodeJSON(body, into)
}

// readRaw reads the request's document as it is.
func readRaw(c *gin.Context) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, maxBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, models.Errorf(models.TooLarge, "the body may have %d bytes at most; send many a line each, responses to /v1/responses/bulk", maxBody)
	}
	if err != nil {
		return nil, models.Errorf(malformed, "the body broke off: %v", err)
	}
	noteDocument(c, 0, body)
	return body, nil
}

// readNothing reads the body of a request that says all by its path: none, or an empty object.
func readNothing(c *gin.Context) error {
	body, err := readRaw(c)
	if err != nil || len(bytes.TrimSpace(body)) == 0 {
		return err
	}
	return decodeJSON(body, &struct{}{})
}

// decodeJSON reads one JSON document. Unknown fields, wrong types, a field that
// is given twice and trailing data are errors; every field at fault is named at
// once. Half a surrogate pair, which is what is left where a sender cut a text inside of an emoji, becomes U+FFFD.
func decodeJSON(body []byte, into any) error {
	if !utf8.Valid(body) {
		return models.Errorf(malformed, "the body is not UTF-8 at byte %d", invalidUTF8At(body))
	}
	err := jsonv2.Unmarshal(body, into, jsonv2.RejectUnknownMembers(true), jsontext.AllowInvalidUTF8(true))
	if err == nil && string(bytes.TrimSpace(body)) != "null" { // that fits every type, and says nothing
		return nil
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

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
