// Package grafana holds the dashboards as code: Go that writes the JSON files
// Grafana is provisioned with, so that what repeats is said once and every
// query can be checked before a person looks at it.
package grafana

import (
	"bytes"
	"encoding/json"
)

//go:generate go run ./generate -dir dashboards

// schemaVersion is the version of Grafana's dashboard JSON that is written; 11.5 and later read it as it is.
const schemaVersion = 41

// Dashboard is one dashboard in Grafana's classic JSON model; only what we use of it.
type Dashboard struct {
	UID           string      `json:"uid"` // part of its address: never changed
	Title         string      `json:"title"`
	Description   string      `json:"description"`
	Tags          []string    `json:"tags"`
	SchemaVersion int         `json:"schemaVersion"`
	Editable      bool        `json:"editable"`
	GraphTooltip  int         `json:"graphTooltip"` // 1: the crosshair is shared by all panels
	Refresh       string      `json:"refresh"`
	Timezone      string      `json:"timezone"`
	Time          TimeRange   `json:"time"`
	Templating    Templating  `json:"templating"`
	Annotations   Annotations `json:"annotations"`
	Panels        []Panel     `json:"panels"`
}

// TimeRange is the time shown when a dashboard is opened, such as now-30d to now.
type TimeRange struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Templating holds the variables, in the order they are shown.
type Templating struct {
	List []Variable `json:"list"`
}

// Annotations holds the events marked on time series; none so far.
type Annotations struct {
	List []struct{} `json:"list"`
}

// Panel is one panel, or a row that heads those below it.
type Panel struct {
	ID              int              `json:"id"`
	Type            string           `json:"type"`
	Title           string           `json:"title"`
	Description     string           `json:"description,omitempty"`
	GridPos         GridPos          `json:"gridPos"`
	Datasource      *Datasource      `json:"datasource,omitempty"`
	Targets         []Target         `json:"targets,omitempty"`
	Transformations []Transformation `json:"transformations,omitempty"`
	FieldConfig     *FieldConfig     `json:"fieldConfig,omitempty"`
	Options         map[string]any   `json:"options,omitempty"`
	Collapsed       *bool            `json:"collapsed,omitempty"` // rows only
	Panels          []Panel          `json:"panels,omitzero"`     // rows only: those it hides when collapsed
}

// GridPos is a panel's place on a grid 24 columns wide; a unit of height is about 30 pixels.
type GridPos struct {
	X int `json:"x"`
	Y int `json:"y"`
	W int `json:"w"`
	H int `json:"h"`
}

// Datasource says where a query is sent.
type Datasource struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

// Target is one PromQL query of a panel.
type Target struct {
	RefID        string      `json:"refId"`
	Datasource   *Datasource `json:"datasource"`
	Expr         string      `json:"expr"`
	LegendFormat string      `json:"legendFormat"`
	Instant      bool        `json:"instant"` // now only, else over the time shown
	Range        bool        `json:"range"`
	Format       string      `json:"format"` // time_series or table
	EditorMode   string      `json:"editorMode"`
}

// Transformation reshapes what the queries return before it is drawn.
type Transformation struct {
	ID      string         `json:"id"`
	Options map[string]any `json:"options"`
}

// FieldConfig says how values are written and drawn.
type FieldConfig struct {
	Defaults  Field      `json:"defaults"`
	Overrides []Override `json:"overrides"`
}

// Field is how every value of a panel is shown unless an override says otherwise.
type Field struct {
	Unit       string         `json:"unit"`
	Decimals   *int           `json:"decimals,omitempty"`
	Min        *float64       `json:"min,omitempty"`
	Max        *float64       `json:"max,omitempty"`
	Color      map[string]any `json:"color,omitempty"`
	Thresholds *Thresholds    `json:"thresholds,omitempty"`
	Custom     map[string]any `json:"custom,omitempty"` // the panel type's own
}

// Thresholds colour a value by the last step it has reached.
type Thresholds struct {
	Mode  string `json:"mode"`
	Steps []Step `json:"steps"`
}

// Step is one threshold; a nil Value is minus infinity.
type Step struct {
	Value *float64 `json:"value"`
	Color string   `json:"color"`
}

// Override changes how the fields it matches are shown.
type Override struct {
	Matcher    Matcher    `json:"matcher"`
	Properties []Property `json:"properties"`
}

// Matcher picks fields by name or by a regular expression for it.
type Matcher struct {
	ID      string `json:"id"`
	Options string `json:"options"`
}

// Property is one setting of an override, such as unit or custom.lineWidth.
type Property struct {
	ID    string `json:"id"`
	Value any    `json:"value"`
}

// JSON is the dashboard as Grafana reads it from a file: indented, with a
// newline at its end, the same bytes for the same dashboard.
func (d Dashboard) JSON() ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(d)
	return b.Bytes(), err
}
