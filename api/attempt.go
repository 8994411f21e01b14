package api

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"io"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/mittari/mittari/models"
)

const attemptOfRequest = "attempt"

// attempt is the try at a request that was sent with an Idempotency-Key.
type attempt struct {
	models.Attempt
	first string // the id of the request's first attempt
	seal  seal
	body  *hashedBody
	open  bool // some of it was not carried out, and is to be tried again

	line     uint64 // of the document that is being checked, in a body of many
	document [32]byte
	made     uint64 // ids, for it
}

// attemptOf is the request's attempt, nil when it came without an Idempotency-Key.
func attemptOf(c *gin.Context) *attempt {
	if a, is := c.Get(attemptOfRequest); is {
		return a.(*attempt)
	}
	return nil
}

// leaveOpen says that some of the request was not carried out by a fault of the
// server: sent again under its Idempotency-Key, it is carried out again.
func leaveOpen(c *gin.Context) {
	if a := attemptOf(c); a != nil {
		a.open = true
	}
}

// noteDocument says which document is read next, and its line in a body of many: ids are made of it.
func noteDocument(c *gin.Context, line int, raw []byte) {
	if a := attemptOf(c); a != nil {
		a.line, a.document, a.made = uint64(line), sha256.Sum256(raw), 0
	}
}

// newIDs makes the ids of what the request stores. With an Idempotency-Key they
// are the same each time that it is carried out: what is stored already is found
// by its id then, and not stored again.
func (s *server) newIDs(c *gin.Context) func() string {
	if a := attemptOf(c); a != nil {
		return a.newID
	}
	return s.NewID
}

// newID makes a UUIDv7 of the time of the first attempt, the line, and a hash of
// that attempt's id and the document, so that other content has another id. Ids are in the
// order of the lines: past 4,095 they count the milliseconds on, as generators of UUIDv7 do.
func (a *attempt) newID() string {
	first := uuid.MustParse(a.first)
	text := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(first[:], a.line), a.made)
	a.made++
	sum := sha256.Sum256(append(text, a.document[:]...))
	id := uuid.UUID(sum[:16])
	began := binary.BigEndian.Uint64(first[:8]) >> 16
	binary.BigEndian.PutUint64(id[:8], (began+a.line>>12)<<16|7<<12|a.line&0xfff)
	id[8] = id[8]&0x3f | 0x80
	return id.String()
}

// hashedBody hashes a request as it is read: its path and query, and what was read of its body.
type hashedBody struct {
	io.ReadCloser
	sum    hash.Hash
	read   int64
	whole  bool
	broken bool // before its end
}

func newHashedBody(r *http.Request) *hashedBody {
	b := &hashedBody{ReadCloser: r.Body, sum: sha256.New()}
	_, _ = io.WriteString(b.sum, r.Method+" "+r.URL.RequestURI()+"\n") // a hash takes everything
	return b
}

// Read reads the body.
func (b *hashedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	_, _ = b.sum.Write(p[:n])
	b.read += int64(n)
	b.whole = b.whole || err == io.EOF //nolint:errorlint // readers give it as it is
	b.broken = b.broken || err != nil && !b.whole
	return n, err
}

// transcript keeps what is written, as far as it is little enough to be kept.
type transcript struct {
	gin.ResponseWriter
	body    []byte
	tooLong bool
}

// maxReply is the greatest size of a body that is kept: some ten thousand outcomes.
const maxReply = 1 << 20

// Write writes p, and keeps it.
func (t *transcript) Write(p []byte) (int, error) {
	if t.tooLong = t.tooLong || len(t.body)+len(p) > maxReply; t.tooLong {
		t.body = nil
	} else {
		t.body = append(t.body, p...)
	}
	return t.ResponseWriter.Write(p)
}

// WriteString is Write.
func (t *transcript) WriteString(p string) (int, error) { return t.Write([]byte(p)) }
