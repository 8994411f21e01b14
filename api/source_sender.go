package api

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

// readySource is a source with what its payloads are judged and read by.
type readySource struct {
	models.Source
	secrets []string // the one that holds first
	read    models.PayloadReader
}

// sender is whom the source's responses are sent by, in the place of a key.
func (r readySource) sender() models.Key {
	return models.Key{ID: r.ID, Workspace: r.Workspace, Name: "source " + r.Key}
}

// admit lets a payload come in further: from who has a key that may store responses, and else from who knows
// the id of a source of the kind in the path, whose signature is judged once the body is there.
func (s *server) admit(c *gin.Context) error {
	if token(c) != "" {
		err := s.authorizeBy(c, token(c), models.WriteResponses)
		if models.ErrorCode(err) != models.Unauthorized {
			return err
		}
	}
	from, err := s.sourceByID(c, c.Query("source"))
	if models.ErrorCode(err) == models.NotFound {
		return unsigned()
	}
	c.Set(sourceOfRequest, from)
	return err
}

const sourceOfRequest = "source"

// token is that of the request's key: of Authorization: Bearer, or the password of Basic, which stands in addresses too.
func token(c *gin.Context) string {
	if _, password, given := c.Request.BasicAuth(); given {
		return password
	}
	return bearer(c)
}

// receive hands h a payload whose sender was let in by a key, or signed it by the source's secret.
func (s *server) receive(c *gin.Context, kind models.SourceKind, h func(c *gin.Context, from readySource, payload []byte) error) error {
	leave, err := s.Recorder.Enter()
	if err != nil {
		return err
	}
	defer leave()
	found, signed := c.Get(sourceOfRequest)
	if !signed {
		return s.once(func(c *gin.Context) error { return s.receiveByKey(c, kind, h) })(c)
	}
	from := found.(readySource)
	payload, err := readRaw(c)
	if err := firstError(err, onlySource(c)); err != nil {
		return err
	}
	if isTest(kind, payload) {
		c.JSON(http.StatusOK, taken{Fate: models.Ignored, Reason: "a test of the address: it is right"})
		return nil
	}
	if from.Kind != kind || !s.genuine(c, from, payload) {
		return firstError(s.guessed(c), unsigned())
	}
	c.Set(keyOfRequest, from.sender())
	if err := s.spend(from.sender()); err != nil {
		return err
	}
	c.Request.Body = io.NopCloser(bytes.NewReader(payload)) // to be hashed, where there is an Idempotency-Key
	return s.once(func(c *gin.Context) error {
		_, err := readRaw(c)
		return firstError(err, h(c, from, payload))
	})(c)
}

func (s *server) receiveByKey(c *gin.Context, kind models.SourceKind, h func(c *gin.Context, from readySource, payload []byte) error) error {
	payload, err := readRaw(c)
	if err := firstError(err, onlySource(c)); err != nil {
		return err
	}
	from, err := s.sourceByID(c, c.Query("source"))
	if models.ErrorCode(err) == models.NotFound || err == nil && (from.Workspace != workspaceOf(c) || from.Kind != kind) {
		err = noSource() // in the same words: whether others have one is not told
	}
	if err != nil {
		return err
	}
	return h(c, from, payload)
}

// onlySource refuses every query parameter but the source's id, and none.
func onlySource(c *gin.Context) error {
	q := queryOf(c)
	if q.text("source") == "" {
		q.faults.Add("source", "must be given: the id of the source, as its address has it")
	}
	return q.err()
}

func noSource() error { return models.Errorf(models.NotFound, "there is no such source of this tool") }

// sourceByID is the source with the id, of whichever workspace, or NotFound.
func (s *server) sourceByID(c *gin.Context, id string) (readySource, error) {
	if _, is := parseID(id); !is {
		return readySource{}, noSource()
	}
	return s.sources.get(id, func(id string) (readySource, error) {
		source, err := guess(s, c, s.sources.knows(id), models.NotFound, func() (models.Source, error) { return s.Store.SourceByID(c.Request.Context(), id) })
		if err != nil {
			return readySource{}, err
		}
		return s.ready(source)
	})
}

func (s *server) ready(source models.Source) (readySource, error) {
	from := readySource{Source: source}
	for _, sealed := range [][]byte{source.Secret, source.OldSecret} {
		if len(sealed) == 0 {
			continue
		}
		secret, err := s.Persons.Open(sealed, source.SealedOf())
		if err != nil {
			return from, err
		}
		from.secrets = append(from.secrets, string(secret))
	}
	var err error
	if len(source.Mapping) > 0 {
		from.read, err = s.CompileMapping(source.Kind, source.Mapping)
	}
	return from, err
}

// genuine reports whether a payload was signed by a secret of its source.
func (s *server) genuine(c *gin.Context, from readySource, payload []byte) bool {
	now := s.Clock()
	for i, secret := range from.secrets {
		if i > 0 && (from.OldUntil == nil || !now.Before(*from.OldUntil)) {
			break // since it was looked up
		}
		if from.Kind.Genuine(secret, c.GetHeader, payload, now) {
			return true
		}
	}
	return false
}

func unsigned() error {
	return models.Errorf(models.Unauthorized, "there is no such source, or the payload is not signed by its secret; a key with the scope %s does as well", models.WriteResponses)
}

// isTest reports whether Formbricks tries out the address. It does that before it shows the secret of the webhook that is being made, and
// makes none of an address that refuses; there is nothing in it to be stored.
func isTest(kind models.SourceKind, payload []byte) bool {
	const longest = 1000
	var test struct{ Event string }
	return kind == models.Formbricks && len(payload) <= longest && json.Unmarshal(payload, &test) == nil && test.Event == "testEndpoint"
}
