package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

// tagOf is the strong entity tag of what is answered (RFC 9110, 8.8.3): it is made of the bytes, and so the same from every replica.
func tagOf(text []byte) string {
	sum := sha256.Sum256(text)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:18]) + `"`
}

// tell answers a document with its tag; to a GET by somebody who has it already, only that nothing has changed.
func tell(c *gin.Context, status int, document any) error {
	text, err := json.Marshal(document)
	if err != nil {
		return err
	}
	tag := tagOf(text)
	c.Header("ETag", tag)
	if c.Request.Method == http.MethodGet {
		known, err := tagsOf(c, "If-None-Match")
		if err != nil {
			return err
		}
		if known.has(tag, true) {
			c.Status(http.StatusNotModified)
			return nil
		}
	}
	c.Data(status, "application/json; charset=utf-8", text)
	return nil
}

// tags are those that a header names, or any.
type tags struct {
	given, any bool
	named      []string // without what says that one is weak
}

// tagsOf reads If-Match or If-None-Match. A weak tag is one of If-None-Match only: none is the same as it beyond doubt.
func tagsOf(c *gin.Context, header string) (tags, error) {
	text := strings.TrimSpace(strings.Join(c.Request.Header.Values(header), ","))
	if text == "" {
		return tags{}, nil
	}
	if text == "*" {
		return tags{given: true, any: true}, nil
	}
	t := tags{given: true}
	for tag := range strings.SplitSeq(text, ",") {
		tag, weak := strings.CutPrefix(strings.TrimSpace(tag), "W/")
		if len(tag) < 2 || tag[0] != '"' || tag[len(tag)-1] != '"' {
			var faults models.Faults
			faults.Add(header, `must be *, or tags in quotes as the header ETag gave them, such as "Jr0…"`)
			return tags{}, &models.Error{Code: malformed, Message: "the header " + header + " can't be used", Faults: faults}
		}
		if !weak || header == "If-None-Match" {
			t.named = append(t.named, tag)
		}
	}
	return t, nil
}

// has reports whether the header names what has the tag, if it exists at all.
func (t tags) has(tag string, exists bool) bool {
	return t.given && (t.any && exists || slices.Contains(t.named, tag))
}

// preconditions are what the request's If-Match and If-None-Match ask for, of what
// GET answers at the path by document. A list is always there; * asks about the thing of it that is to be written.
func preconditions[T any](c *gin.Context, document func(T) any) ([]models.Precondition[T], error) {
	match, err := tagsOf(c, "If-Match")
	noneMatch, noneErr := tagsOf(c, "If-None-Match")
	if err := firstError(err, noneErr); err != nil || !match.given && !noneMatch.given {
		return nil, err
	}
	return []models.Precondition[T]{func(now T, exists bool) error {
		text, err := json.Marshal(document(now))
		if err != nil {
			return err
		}
		tag := tagOf(text)
		switch {
		case match.given && !match.has(tag, exists):
			return models.Errorf(preconditionFailed, "it has changed since it was read, or is not there any more; read it again, and send the ETag that it has now as If-Match")
		case noneMatch.has(tag, exists):
			return models.Errorf(preconditionFailed, "it is there already; read it, or leave If-None-Match out to write over it")
		}
		return nil
	}}, nil
}

// itself is the document of what is answered as it is.
func itself[T any](now T) any { return now }
