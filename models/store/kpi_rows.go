package store

import (
	"time"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

// kpiRow is a row of kpis.
type kpiRow struct {
	Workspace            string `gorm:"primaryKey"`
	Key                  string `gorm:"primaryKey"`
	Name, Description    string
	Kind                 models.KPIKind
	Unit                 string
	Better               score.Direction
	AddsUp               models.AddsUp
	YesNo                bool
	CreatedAt, UpdatedAt time.Time `gorm:"autoCreateTime:false;autoUpdateTime:false"`
}

func (kpiRow) TableName() string { return "kpis" }

func (r kpiRow) kpi() models.KPI {
	return models.KPI{Key: r.Key, Name: r.Name, Description: r.Description, Kind: r.Kind, Unit: r.Unit, Better: r.Better,
		AddsUp: r.AddsUp, YesNo: r.YesNo, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC()}
}

// grainRow is a row of kpi_grains.
type grainRow struct {
	Workspace, KPI string
	Grain          models.Grain
	Period         models.PeriodLength
}

func (grainRow) TableName() string { return "kpi_grains" }

// observationRow is a row of observations.
type observationRow struct {
	Workspace, KPI, ID                         string
	Period                                     models.PeriodLength
	Start                                      models.Day
	Touchpoint, Channel, Segment, Team, Person string
	Value                                      float64
	Size                                       *float64
	RecordedAt                                 time.Time
	ReplacedAt                                 *time.Time
}

func (observationRow) TableName() string { return "observations" }

func (r observationRow) observation() models.Observation {
	o := models.Observation{ID: r.ID, KPI: r.KPI, Period: r.Period, Start: r.Start, Person: r.Person, Value: r.Value, Size: r.Size,
		Keys:       models.Keys{models.Touchpoint: r.Touchpoint, models.Channel: r.Channel, models.Segment: r.Segment, models.Team: r.Team},
		RecordedAt: r.RecordedAt.UTC()}
	if r.ReplacedAt != nil {
		at := r.ReplacedAt.UTC()
		o.ReplacedAt = &at
	}
	return o
}

// kpiTargetRow is a row of kpi_targets.
type kpiTargetRow struct {
	Workspace, KPI string
	Period         models.PeriodLength
	Level          models.Level
	Key            string
	Since          models.Day
	Value          float64
	Owner          string
}

func (kpiTargetRow) TableName() string { return "kpi_targets" }
