package store

import (
	"time"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

// responseRow is a row of responses.
type responseRow struct {
	Workspace, ID                              string
	SubmissionID                               *string
	Digest                                     []byte
	Survey, Touchpoint, Channel, Segment, Team string
	Person                                     string
	Day                                        models.Day
	CollectedAt, CreatedAt                     time.Time
	Language                                   string
	Solicited                                  *bool
	Properties                                 map[string]any `gorm:"serializer:json"`
	Tags                                       []string       `gorm:"serializer:json"`
	Excluded                                   bool
	PostedBy                                   *string
	ChangedAt                                  *time.Time
}

func (responseRow) TableName() string { return "responses" }

func (r responseRow) response(answers []models.Answer) models.Response {
	return models.Response{
		ID: r.ID, Workspace: r.Workspace, SubmissionID: textOf(r.SubmissionID), Survey: r.Survey, Touchpoint: r.Touchpoint, Channel: r.Channel,
		Segment: r.Segment, Team: r.Team, Person: r.Person, CollectedAt: r.CollectedAt.UTC(), CreatedAt: r.CreatedAt.UTC(),
		Language: r.Language, Solicited: r.Solicited, Properties: r.Properties, Tags: r.Tags, Excluded: r.Excluded, PostedBy: textOf(r.PostedBy), Answers: answers,
	}
}

// textOf is a text that may be missing; "" then.
func textOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// answerRow is a row of answers.
type answerRow struct {
	Workspace, ResponseID, Touchpoint, Metric string
	Score                                     int
	Comment                                   string
}

func (answerRow) TableName() string { return "answers" }

// countRow is a row of rollups.
type countRow struct {
	Workspace, Metric                          string
	Day                                        models.Day
	Survey, Touchpoint, Channel, Segment, Team string
	Score                                      int
	N                                          int64
}

func (countRow) TableName() string { return "rollups" }

func (r countRow) count() models.Count {
	return models.Count{Metric: r.Metric, Day: r.Day, Score: r.Score, N: r.N, Keys: models.Keys{
		models.Survey: r.Survey, models.Touchpoint: r.Touchpoint, models.Channel: r.Channel, models.Segment: r.Segment, models.Team: r.Team}}
}

// arrivalRow is a row of arrivals.
type arrivalRow struct {
	Workspace, Metric, Touchpoint, Segment, Channel string
	Category                                        score.Category
	N                                               int64
}

func (arrivalRow) TableName() string { return "arrivals" }

// revisionRow is a row of revisions.
type revisionRow struct {
	Workspace, ID, Metric string
	Day                   models.Day
	At                    time.Time
}

func (revisionRow) TableName() string { return "revisions" }

// entryRow is a row of entries.
type entryRow struct {
	Workspace            string      `gorm:"primaryKey"`
	Kind                 models.Kind `gorm:"primaryKey"`
	Key                  string      `gorm:"primaryKey"`
	Name, Description    string
	Touchpoints          []string  `gorm:"serializer:json"`
	CreatedAt, UpdatedAt time.Time `gorm:"autoCreateTime:false;autoUpdateTime:false"`
}

func (entryRow) TableName() string { return "entries" }

// metricRow is a row of metrics.
type metricRow struct {
	Workspace      string `gorm:"primaryKey"`
	Key            string `gorm:"primaryKey"`
	Name, Question string
	Audience       models.Audience
	score.Scale    `gorm:"embedded"`
	CreatedAt      time.Time `gorm:"autoCreateTime:false"`
}

func (metricRow) TableName() string { return "metrics" }

// workspaceRow is a row of workspaces.
type workspaceRow struct {
	Workspace string `gorm:"primaryKey"`
	Name      string
	TimeZone  string
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
}

func (workspaceRow) TableName() string { return "workspaces" }

// keyRow is a row of keys.
type keyRow struct {
	Workspace string `gorm:"primaryKey"`
	ID        string `gorm:"primaryKey"`
	Name      string
	Hash      []byte
	Scopes    []models.Scope `gorm:"serializer:json"`
	CreatedAt time.Time      `gorm:"autoCreateTime:false"`

	ExpiresAt, RevokedAt, LastUsedAt *time.Time
}

func (keyRow) TableName() string { return "keys" }
