package api

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/json"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

type sourceStore interface {
	FindSources(ctx context.Context, workspace string) ([]models.Source, error)
	SourceByKey(ctx context.Context, workspace, key string) (models.Source, error)
	SourceByID(ctx context.Context, id string) (models.Source, error)
	PutSource(ctx context.Context, src models.Source, isSecret func(sealed []byte) bool, when ...models.Precondition[models.Source]) (stored models.Source, created bool, err error)
	DeleteSource(ctx context.Context, workspace, key string, when ...models.Precondition[models.Source]) error
	FindUnmappedCounts(ctx context.Context, workspace string) (map[string]int64, error)
	ReplaceResponse(ctx context.Context, later models.Accepted) (id string, fate models.Fate, err error)
}

// sourceBody is what a client says of a source; its key stands in the path.
type sourceBody struct {
	Kind    models.SourceKind `json:"kind" example:"typeform"`
	Name    string            `json:"name,omitempty" maxLength:"200" example:"The form after a home-loan meeting"`
	Mapping json.RawMessage   `json:"mapping,omitempty" swaggertype:"object" extensions:"x-mapping"` // without one, all that comes is kept as unmapped, to be looked at and retried
	Secret  string            `json:"secret,omitempty" maxLength:"500" example:"4f0d0f6a9ac1d7b2e6"` // that the tool signs with; stays as it is unless given, and is never told
}

// listedSource is a source with what is kept of it.
type listedSource struct {
	models.Source
	Unmapped int64 `json:"unmapped" example:"2"` // payloads that could not be mapped and are kept
}

// sourceList is the workspace's sources.
type sourceList struct {
	Sources []listedSource `json:"sources"`
}

// @Summary		List sources
// @Description	Webhooks of survey tools that send to the workspace, by key, and how many payloads of each are kept that could not be mapped.
// @ID				findSources
// @Tags			sources
// @Security		key[admin]
// @Success		200	{object}	sourceList	"The sources"
// @Router			/v1/sources [get]
func (s *server) findSources(c *gin.Context) error {
	if err := noQuery(c); err != nil {
		return err
	}
	found, err := s.Store.FindSources(c.Request.Context(), workspaceOf(c))
	if err != nil {
		return err
	}
	kept, err := s.Store.FindUnmappedCounts(c.Request.Context(), workspaceOf(c))
	if err != nil {
		return err
	}
	list := sourceList{Sources: make([]listedSource, len(found))}
	for i, source := range found {
		list.Sources[i] = listedSource{source, kept[source.ID]}
	}
	return tell(c, http.StatusOK, list)
}

// @Summary		Read a source
// @Description	Never its secret.
// @ID				sourceByKey
// @Tags			sources
// @Security		key[admin]
// @Param			key	path		string	true	"The source's key"
// @Success		200	{object}	models.Source
// @Failure		404
// @Router			/v1/sources/{key} [get]
func (s *server) sourceByKey(c *gin.Context) error {
	if err := noQuery(c); err != nil {
		return err
	}
	found, err := s.sourceInPath(c)
	if err != nil {
		return err
	}
	return tell(c, http.StatusOK, found)
}

// sourceInPath is the source whose key stands in the path.
func (s *server) sourceInPath(c *gin.Context) (models.Source, error) {
	key, err := pathKey(c)
	if err != nil {
		return models.Source{}, err
	}
	return s.Store.SourceByKey(c.Request.Context(), workspaceOf(c), key)
}

// @Summary		Define a source
// @Description	Creates a source or replaces what is said of it; repeating it changes nothing. Give the tool `address` on this server as
// @Description	the URL of its webhook, and Mittari the secret that the tool signs with. A new secret takes the place of the one before, which is
// @Description	taken for another 24 hours; the same one again changes nothing. Its kind can't change (409).
// @Description
// @Description	A mapping says what of a payload is what, as that of `mittari import` does of columns; deploy/sources/README.md has
// @Description	one for each tool. Without one, payloads are kept: look at them, write the mapping, and retry them.
// @ID				putSource
// @Tags			sources
// @Security		key[admin]
// @Param			key		path		string			true	"The source's key: 1 to 100 letters, digits, '.', '_', ':' or '-', starting with a letter or digit"
// @Param			source	body		sourceBody		true	"The source"
// @Success		201		{object}	models.Source	"Created"
// @Success		200		{object}	models.Source	"Replaced"
// @Failure		409		"It is of another kind, or there are 200 sources already"
// @Router			/v1/sources/{key} [put]
func (s *server) putSource(c *gin.Context) error {
	var body sourceBody
	if err := firstError(noQuery(c), readBody(c, &body)); err != nil {
		return err
	}
	source, err := s.sourceOfBody(c, body)
	when, faulty := preconditions(c, itself[models.Source])
	if err := firstError(err, faulty); err != nil {
		return err
	}
	isSecret := func(sealed []byte) bool {
		secret, err := s.Persons.Open(sealed, source.SealedOf())
		return err == nil && subtle.ConstantTimeCompare(secret, []byte(body.Secret)) == 1
	}
	stored, created, err := s.Store.PutSource(acting(c), source, isSecret, when...)
	if err != nil {
		return err
	}
	s.sources.clear()
	return tell(c, createdStatus(created), stored)
}

// sourceOfBody is the source that a client describes; every fault is named at once.
func (s *server) sourceOfBody(c *gin.Context, body sourceBody) (models.Source, error) {
	source := models.Source{Workspace: workspaceOf(c), Key: c.Param("key"), Kind: body.Kind, Name: body.Name, Mapping: bytes.TrimSpace(body.Mapping)}
	var faults models.Faults
	models.CheckSource(source.Key, source.Kind, source.Name, body.Secret, &faults)
	switch {
	case string(source.Mapping) == "null":
		source.Mapping = nil
	case len(source.Mapping) > 0 && source.Mapping[0] != '{':
		faults.Add("mapping", "must be an object")
	case len(source.Mapping) > 0 && len(faults) == 0:
		_, err := s.CompileMapping(source.Kind, source.Mapping)
		faults = faults.With(err)
	}
	if body.Secret != "" {
		source.Secret = s.Persons.Seal([]byte(body.Secret), source.SealedOf())
	}
	return source, faults.Err("the source can't be used as it is")
}

// @Summary		End a source
// @Description	What comes at its address is refused from then on, on other replicas within 5 seconds, and the payloads that are kept of it
// @Description	are deleted. Responses stay.
// @ID				deleteSource
// @Tags			sources
// @Security		key[admin]
// @Param			key	path	string	true	"The source's key"
// @Success		204	"Ended"
// @Failure		404
// @Router			/v1/sources/{key} [delete]
func (s *server) deleteSource(c *gin.Context) error {
	key, err := pathKey(c)
	when, faulty := preconditions(c, itself[models.Source])
	if err := firstError(noQuery(c), err, faulty); err != nil {
		return err
	}
	if err := s.Store.DeleteSource(acting(c), workspaceOf(c), key, when...); err != nil {
		return err
	}
	s.sources.clear()
	c.Status(http.StatusNoContent)
	return nil
}
