package api

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

type kpiStore interface {
	FindKPIs(ctx context.Context, workspace string) ([]models.KPI, error)
	KPIByKey(ctx context.Context, workspace, key string) (models.KPI, error)
	PutKPI(ctx context.Context, workspace string, k models.KPI, when ...models.Precondition[models.KPI]) (stored models.KPI, created bool, err error)
	DeleteKPI(ctx context.Context, workspace, key string, when ...models.Precondition[models.KPI]) error
}

// kpiBody is what a client says of a KPI.
type kpiBody struct {
	Key         string          `json:"key,omitempty" example:"revenue"` // the one of the path; may be left out
	Name        string          `json:"name" maxLength:"200" example:"Revenue"`
	Description string          `json:"description,omitempty" maxLength:"2000" example:"Net of value-added tax"`
	Kind        models.KPIKind  `json:"kind" example:"financial"`
	Unit        string          `json:"unit" example:"EUR"` // a currency of ISO 4217, a unit of UCUM such as d, h or {customer}, or ratio
	Better      score.Direction `json:"better,omitempty" default:"higher" example:"higher"`
	AddsUp      models.AddsUp   `json:"adds_up" example:"sum"`
	YesNo       bool            `json:"yes_no,omitempty"` // what is observed of a person is true or false
}

// kpiList is the workspace's KPIs.
type kpiList struct {
	KPIs []models.KPI `json:"kpis"`
}

// kpiExamples are definitions that can be put as they are.
type kpiExamples struct {
	KPIs []kpiBody `json:"kpis"`
}

// @Summary		List KPIs
// @ID				findKPIs
// @Tags			kpis
// @Security		key
// @Success		200	{object}	kpiList	"The KPIs by key"
// @Router			/v1/kpis [get]
func (s *server) findKPIs(c *gin.Context) error {
	if err := noQuery(c); err != nil {
		return err
	}
	found, err := s.Store.FindKPIs(c.Request.Context(), workspaceOf(c))
	if err != nil {
		return err
	}
	return tell(c, http.StatusOK, kpiList{found})
}

// @Summary		List examples of KPIs
// @Description	Definitions of the usual figures, from acquisition to turnover: PUT those you need as they are, or changed. The
// @Description	currency is an example, too.
// @ID				exampleKPIs
// @Tags			kpis
// @Security		key
// @Success		200	{object}	kpiExamples	"The examples by key"
// @Router			/v1/kpis/examples [get]
func exampleKPIs(c *gin.Context) error {
	if err := noQuery(c); err != nil {
		return err
	}
	list := kpiExamples{}
	for _, k := range models.ExampleKPIs() {
		list.KPIs = append(list.KPIs, kpiBody{k.Key, k.Name, k.Description, k.Kind, k.Unit, k.Better, k.AddsUp, k.YesNo})
	}
	c.JSON(http.StatusOK, list)
	return nil
}

// @Summary		Read a KPI
// @ID			kpiByKey
// @Tags			kpis
// @Security		key
// @Param			key	path		string	true	"The KPI's key"
// @Success		200	{object}	models.KPI
// @Failure		404
// @Router			/v1/kpis/{key} [get]
func (s *server) kpiByKey(c *gin.Context) error {
	if err := noQuery(c); err != nil {
		return err
	}
	found, err := s.kpiOf(c)
	if err != nil {
		return err
	}
	return tell(c, http.StatusOK, found)
}

// kpiOf is the KPI whose key stands in the path.
func (s *server) kpiOf(c *gin.Context) (models.KPI, error) {
	key, err := pathKey(c)
	if err != nil {
		return models.KPI{}, err
	}
	return s.Store.KPIByKey(c.Request.Context(), workspaceOf(c), key)
}

// @Summary		Define a KPI
// @Description	Creates a KPI or replaces its definition; repeating it changes nothing. `adds_up` says what a figure of
// @Description	several groups, or of a longer period, is: their `sum` (revenue), their `mean` weighted by the size of
// @Description	each (churn), or the sum over groups of the `last` over time (customers).
// @Description
// @Description	Once there are observations, the unit, `adds_up`, `yes_no` and whether it is of employees can't change
// @Description	any more (409): old figures would say something else.
// @ID				putKPI
// @Tags			kpis
// @Security		key[catalog:write]
// @Param			key	path		string		true	"The KPI's key: 1 to 100 letters, digits, '.', '_', ':' or '-', starting with a letter or digit"
// @Param			kpi	body		kpiBody		true	"The KPI"
// @Success		201	{object}	models.KPI	"Created"
// @Success		200	{object}	models.KPI	"Replaced"
// @Failure		409	"It would change what its observations say"
// @Router			/v1/kpis/{key} [put]
func (s *server) putKPI(c *gin.Context) error {
	body := kpiBody{Better: score.Higher}
	if err := firstError(noQuery(c), readBody(c, &body)); err != nil {
		return err
	}
	k := models.KPI{Key: c.Param("key"), Name: body.Name, Description: body.Description, Kind: body.Kind, Unit: body.Unit,
		Better: body.Better, AddsUp: body.AddsUp, YesNo: body.YesNo}
	var faults models.Faults
	if body.Key != "" && body.Key != k.Key {
		faults.Add("key", "must be the one of the path, %s, or be left out", k.Key)
	}
	when, err := preconditions(c, itself[models.KPI])
	if err := firstError(faults.With(k.Check()).Err("the KPI can't be used as it is"), err); err != nil {
		return err
	}
	stored, created, err := s.Store.PutKPI(acting(c), workspaceOf(c), k, when...)
	if err != nil {
		return err
	}
	return tell(c, createdStatus(created), stored)
}

// @Summary		Erase a KPI
// @Description	With its observations, what was known of them earlier, and its targets.
// @ID				deleteKPI
// @Tags			kpis
// @Security		key[catalog:write]
// @Param			key	path	string	true	"The KPI's key"
// @Success		204	"Erased"
// @Failure		404
// @Router			/v1/kpis/{key} [delete]
func (s *server) deleteKPI(c *gin.Context) error {
	key, err := pathKey(c)
	when, faulty := preconditions(c, itself[models.KPI])
	if err := firstError(noQuery(c), err, faulty); err != nil {
		return err
	}
	if err := s.Store.DeleteKPI(acting(c), workspaceOf(c), key, when...); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}
