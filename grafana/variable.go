package grafana

import "strings"

// Variable is a choice at the top of a dashboard.
type Variable struct {
	Type        string         `json:"type"`
	Name        string         `json:"name"`
	Label       string         `json:"label"`
	Description string         `json:"description"`
	Datasource  *Datasource    `json:"datasource,omitempty"`
	Definition  string         `json:"definition,omitempty"`
	Query       any            `json:"query"`
	Regex       string         `json:"regex"`
	Refresh     int            `json:"refresh"`
	Sort        int            `json:"sort"`
	Hide        int            `json:"hide"`
	Multi       bool           `json:"multi"`
	IncludeAll  bool           `json:"includeAll"`
	AllValue    string         `json:"allValue,omitempty"`
	Current     map[string]any `json:"current"`
	Options     []struct{}     `json:"options"` // filled in by Grafana
}

// How Grafana codes when a variable's values are read, and how they are sorted.
const (
	refreshOnTimeRange = 2
	sortNatural        = 7 // 7d before 28d before 365d
)

// prometheus is the datasource of every panel: the one chosen in $datasource.
func prometheus() *Datasource { return &Datasource{Type: "prometheus", UID: "$datasource"} }

func datasourceVariable() Variable {
	return Variable{
		Type: "datasource", Name: "datasource", Label: "Prometheus", Description: "The Prometheus that scrapes Mittari.",
		Query: "prometheus", Refresh: 1, Current: map[string]any{}, Options: []struct{}{},
	}
}

// labelVariable offers the values of a label of the series selected. The value
// first is chosen at the start where it exists, else Grafana takes the first one.
func labelVariable(name, title, description, selector, label, first string) Variable {
	definition := "label_values(" + selector + ", " + label + ")"
	v := Variable{
		Type: "query", Name: name, Label: title, Description: description, Datasource: prometheus(),
		Definition: definition,
		Query:      map[string]any{"qryType": 1, "query": definition, "refId": "PrometheusVariableQueryEditor-VariableQuery"},
		Refresh:    refreshOnTimeRange, Sort: sortNatural, Current: map[string]any{}, Options: []struct{}{},
	}
	if first != "" {
		v.Current = map[string]any{"text": first, "value": first}
	}
	return v
}

// choiceVariable offers choices, each a text and what it stands for; the one at first is chosen at the start.
func choiceVariable(name, title, description string, first int, choices [][2]string) Variable {
	var pairs []string
	for _, c := range choices {
		pairs = append(pairs, c[0]+" : "+c[1])
	}
	return Variable{
		Type: "custom", Name: name, Label: title, Description: description, Query: strings.Join(pairs, ", "),
		Current: map[string]any{"text": choices[first][0], "value": choices[first][1]}, Options: []struct{}{},
	}
}

// many lets several values be chosen; all of them are at the start, and what has no value with them.
func (v Variable) many() Variable {
	v.Multi, v.IncludeAll, v.AllValue = true, true, ".*"
	v.Current = map[string]any{"text": []string{"All"}, "value": []string{"$__all"}}
	return v
}

// first is what the variable stands for when the dashboard is opened, "" when that is for Grafana to find out.
func (v Variable) first() string {
	if v.IncludeAll {
		return v.AllValue
	}
	value, _ := v.Current["value"].(string)
	return value
}
