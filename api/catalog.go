package api

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

type catalogStore interface {
	FindEntries(ctx context.Context, workspace string, kind models.Kind) ([]models.Entry, error)
	EntryByKey(ctx context.Context, workspace string, kind models.Kind, key string) (models.Entry, error)
	PutEntry(ctx context.Context, workspace string, e models.Entry, when ...models.Precondition[models.Entry]) (stored models.Entry, created bool, err error)
	DeleteEntry(ctx context.Context, workspace string, kind models.Kind, key string, when ...models.Precondition[models.Entry]) error
	FindMetrics(ctx context.Context, workspace string) (models.Metrics, error)
	PutMetric(ctx context.Context, workspace string, m models.Metric, when ...models.Precondition[models.Metric]) (created bool, err error)
}

// catalog serves one kind of entries; the kinds differ in name only.
type catalog struct {
	*server
	kind models.Kind
}

func catalogOf(s *server, kind models.Kind) catalog { return catalog{s, kind} }

// plural is the name of the catalog in paths and lists.
func (k catalog) plural() string { return string(k.kind) + "s" }

func (k catalog) path() string { return "/v1/" + k.plural() }

// entryBody is what a client says of an entry; its key stands in the path.
type entryBody struct {
	Name        string   `json:"name,omitempty" maxLength:"200" example:"Check-out"`
	Description string   `json:"description,omitempty" maxLength:"2000"`
	Touchpoints []string `json:"touchpoints,omitempty"` // journeys only: their touchpoints in order
}

// @Summary		List {kinds}
// @ID			find{Kinds}
// @Tags			catalog
// @Security		key
// @Success		200	{object}	object{{kinds}=[]models.Entry}	"All {kinds} of the workspace by key"
// @Router			/v1/{kinds} [get]
func (k catalog) find(c *gin.Context) error {
	if err := noQuery(c); err != nil {
		return err
	}
	entries, err := k.Store.FindEntries(c.Request.Context(), workspaceOf(c), k.kind)
	if err != nil {
		return err
	}
	return tell(c, http.StatusOK, map[string][]models.Entry{k.plural(): entries})
}

// @Summary		Read a {kind}
// @ID			{kind}ByKey
// @Tags			catalog
// @Security		key
// @Param			key	path		string	true	"The {kind}'s key"
// @Success		200	{object}	models.Entry
// @Failure		404
// @Router			/v1/{kinds}/{key} [get]
func (k catalog) byKey(c *gin.Context) error {
	key, err := pathKey(c)
	if err := firstError(noQuery(c), err); err != nil {
		return err
	}
	entry, err := k.Store.EntryByKey(c.Request.Context(), workspaceOf(c), k.kind, key)
	if err != nil {
		return err
	}
	return tell(c, http.StatusOK, entry)
}

// @Summary		Declare a {kind}
// @Description	Creates the {kind} or replaces what is said of it; repeating it changes nothing.
// @ID				put{Kind}
// @Tags			catalog
// @Security		key[catalog:write]
// @Param			key		path		string			true	"The {kind}'s key: 1 to 100 letters, digits, '.', '_', ':' or '-', starting with a letter or digit"
// @Param			{kind}	body		entryBody		true	"The {kind}"
// @Success		201		{object}	models.Entry	"Created"
// @Success		200		{object}	models.Entry	"Replaced"
// @Router			/v1/{kinds}/{key} [put]
func (k catalog) put(c *gin.Context) error {
	var body entryBody
	if err := firstError(noQuery(c), readBody(c, &body)); err != nil {
		return err
	}
	entry := models.Entry{Kind: k.kind, Key: c.Param("key"), Name: body.Name, Description: body.Description, Touchpoints: body.Touchpoints}
	when, err := preconditions(c, itself[models.Entry])
	if err := firstError(entry.Check(), err); err != nil {
		return err
	}
	stored, created, err := k.Store.PutEntry(acting(c), workspaceOf(c), entry, when...)
	if err != nil {
		return err
	}
	return tell(c, createdStatus(created), stored)
}

func createdStatus(created bool) int {
	if created {
		return http.StatusCreated
	}
	return http.StatusOK
}

// @Summary		Take a {kind} out of the catalog
// @Description	Only the catalog changes: what was answered stays. A key that a response names again comes back.
// @ID				delete{Kind}
// @Tags			catalog
// @Security		key[catalog:write]
// @Param			key	path	string	true	"The {kind}'s key"
// @Success		204	"Deleted"
// @Failure		404
// @Failure		409	"A journey still leads over it"
// @Router			/v1/{kinds}/{key} [delete]
func (k catalog) delete(c *gin.Context) error {
	key, err := pathKey(c)
	when, faulty := preconditions(c, itself[models.Entry])
	if err := firstError(noQuery(c), err, faulty); err != nil {
		return err
	}
	if err := k.Store.DeleteEntry(acting(c), workspaceOf(c), k.kind, key, when...); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}
