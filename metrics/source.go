// Package metrics publishes scores as Prometheus series.
//
// A snapshot of the rollups is held in memory and follows the database off the
// scrape path. What it says is encoded once per change; a scrape gets bytes that
// are ready. Beside it stands /metrics, which tells how this process is doing.
package metrics

import (
	"context"
	"time"

	"github.com/mittari/mittari/models"
)

// Source is what the exporter asks of the store.
type Source interface {
	FindWorkspaces(ctx context.Context) ([]models.Workspace, error)
	// FindMetrics gives the standard metrics and the workspace's own.
	FindMetrics(ctx context.Context, workspace string) (models.Metrics, error)
	// FindEntries gives a catalog, or with kind "" all of them.
	FindEntries(ctx context.Context, workspace string, kind models.Kind) ([]models.Entry, error)
	// FindTargets gives all targets, past and to come too.
	FindTargets(ctx context.Context, workspace string) ([]models.Target, error)
	// FindModels gives the company models, one a metric at most.
	FindModels(ctx context.Context, workspace string) ([]models.CompanyModel, error)
	// FindRevisions gives what changed at since or later, the oldest first.
	// One whose transaction commits late shows up late.
	FindRevisions(ctx context.Context, since time.Time) ([]models.Revision, error)
	// EachCount gives the rollup rows of a period in any order; metric "" selects all.
	EachCount(ctx context.Context, workspace, metric string, period models.Period, do func(models.Count) error) error
	FindArrivals(ctx context.Context, workspace string) ([]models.ArrivalCount, error)
	FindInvitationArrivals(ctx context.Context, workspace string) ([]models.InvitationCount, error)
	AnonymityByWorkspace(ctx context.Context, workspace string) (models.Anonymity, error)
	FindKPIs(ctx context.Context, workspace string) ([]models.KPI, error)
	// FindKPITargets gives all targets of KPIs, past and to come too.
	FindKPITargets(ctx context.Context, workspace string) ([]models.KPITarget, error)
	// EachKPIPart gives what a KPI's observations of the periods that begin in a
	// run of days add up to, in any order.
	EachKPIPart(ctx context.Context, workspace, kpi string, starts models.Period, do func(models.KPIPart) error) error
	// FiguresOfPersons gives NotFound where the KPI has none in that time.
	FiguresOfPersons(ctx context.Context, workspace, kpi string, starts models.Period) (models.PersonFigures, error)
	EachPersonFigure(ctx context.Context, workspace string, q models.ValueQuery, do func(models.PersonFigure) error) error
	EachConversion(ctx context.Context, workspace string, q models.ConversionQuery, do func(models.ConversionCount) error) error
}
