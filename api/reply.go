package api

import (
	"bytes"
	"crypto/cipher"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

// repliedHead is what is kept of a request and of what it was answered, before the answer's body.
type repliedHead struct {
	Digest      []byte // of the request, as far as it was read
	Read        int64  // bytes of its body
	Whole       bool   // which was all of it
	Status      int
	ContentType string
	Location    string `json:",omitempty"`
}

// reply is what is kept: the head in a line, and the body, sealed.
func (a *attempt) reply(said *transcript) []byte {
	head, err := json.Marshal(repliedHead{
		Digest: a.body.sum.Sum(nil), Read: a.body.read, Whole: a.body.whole,
		Status: said.Status(), ContentType: said.Header().Get("Content-Type"), Location: said.Header().Get("Location"),
	})
	if err != nil {
		panic(err) // nothing in it can't be written
	}
	return a.seal.Seal(nil, nil, append(append(head, '\n'), said.body...), nil)
}

// replay answers what was answered before, if the request is the same.
func (a *attempt) replay(c *gin.Context, sealed []byte) error {
	kept, err := a.seal.Open(nil, nil, sealed, nil)
	if err != nil {
		return fmt.Errorf("what was kept of a reply can't be opened: %w", err)
	}
	line, body, _ := bytes.Cut(kept, []byte("\n"))
	var head repliedHead
	if err := json.Unmarshal(line, &head); err != nil {
		return err
	}
	same, err := a.body.is(head)
	if err != nil {
		return models.Errorf(malformed, "the body broke off: %v", err)
	}
	if !same {
		return otherRequest()
	}
	if head.Location != "" {
		c.Header("Location", head.Location)
	}
	c.Header(replayed, "true")
	c.Data(head.Status, head.ContentType, body)
	return nil
}

// is reads the body and reports whether the request is the one that was answered.
// What that answer did not depend on, because it was not read, may differ.
func (b *hashedBody) is(answered repliedHead) (bool, error) {
	_, err := io.CopyN(io.Discard, b, answered.Read)
	if err == nil && answered.Whole {
		_, err = io.CopyN(io.Discard, b, 1)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	return b.read == answered.Read && (b.whole || !answered.Whole) && bytes.Equal(b.sum.Sum(nil), answered.Digest), nil
}

func otherRequest() error {
	var faults models.Faults
	faults.Add(idempotencyKey, "was sent in the last %.0f hours with another request (path, query and body); "+
		"send that one as it was to be answered what it was, or take a new key for a new request", models.ReplyLife.Hours())
	return faults.Err("the request was not carried out")
}

// seal hides replies from all but the sender of the request. It is made of the
// sender's token and the Idempotency-Key, of which the database has hashes only: an
// answer may tell a new key's token, or persons. Tokens of an issuer change from one request to
// the next; there it is made of who they are of, and the Idempotency-Key alone is the secret.
type seal struct{ cipher.AEAD }

func newSeal(c *gin.Context, key, first string) seal {
	sender := bearer(c)
	if requestKey(c).Hash == [32]byte{} {
		sender = requestKey(c).ID
	}
	return seal{models.NewAEAD(sender, key, "mittari reply "+first)}
}
