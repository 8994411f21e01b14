package grafana

// query asks for an expression over the time shown; legend names what it returns.
// What a backfill writes once a day holds until the next day's.
func query(legend, expr string) Target {
	return Target{
		Datasource: prometheus(), Expr: held(expr), LegendFormat: legend, Range: true, Format: "time_series", EditorMode: "code",
	}
}

// now asks for an expression at the end of the time shown.
func now(legend, expr string) Target {
	t := query(legend, expr)
	t.Expr, t.Range, t.Instant = expr, false, true
	return t
}

// panel is what all panels have in common. The queries are named A, B, C… in their order.
func panel(kind, title, description, unit string, targets []Target) Panel {
	for i := range targets {
		targets[i].RefID = string(rune('A' + i))
	}
	return Panel{
		Type: kind, Title: title, Description: description, Datasource: prometheus(), Targets: targets,
		FieldConfig: &FieldConfig{Defaults: Field{Unit: unit, Custom: map[string]any{}}, Overrides: []Override{}},
	}
}

// stat shows the latest value of each query in large figures.
func stat(title, description, unit string, decimals int, targets ...Target) Panel {
	p := panel("stat", title, description, unit, targets).decimals(decimals)
	p.FieldConfig.Defaults.Color = fixed("text")
	text := "value"
	if len(targets) > 1 {
		text = "value_and_name"
	}
	p.Options = map[string]any{
		"reduceOptions": lastValue(), "colorMode": "value", "graphMode": "none", "justifyMode": "center",
		"orientation": "auto", "textMode": text, "wideLayout": true,
		"showPercentChange": false, "percentChangeColorMode": "standard",
	}
	return p
}

// gauges draws a horizontal bar for the latest value of each query.
func gauges(title, description, unit string, targets ...Target) Panel {
	p := panel("bargauge", title, description, unit, targets)
	p.Options = map[string]any{
		"reduceOptions": lastValue(), "orientation": "horizontal", "displayMode": "basic", "valueMode": "color",
		"namePlacement": "left", "showUnfilled": true, "sizing": "auto",
		"minVizHeight": 16, "maxVizHeight": 300, "minVizWidth": 8, "legend": legend(false),
	}
	return p
}

// lines draws each series of the queries over time.
func lines(title, description, unit string, targets ...Target) Panel {
	p := panel("timeseries", title, description, unit, targets)
	p.FieldConfig.Defaults.Color = map[string]any{"mode": "palette-classic-by-name"}
	p.FieldConfig.Defaults.Custom = map[string]any{
		"drawStyle": "line", "lineWidth": 2, "fillOpacity": 0, "showPoints": "auto", "spanNulls": false,
	}
	p.Options = map[string]any{"legend": legend(true), "tooltip": map[string]any{"mode": "multi", "sort": "desc"}}
	return p
}

// bars draws the columns of each row of the queries' table as horizontal bars;
// label is the column that names the rows, stacking "none" or "normal".
func bars(title, description, unit, label, stacking string, targets ...Target) Panel {
	p := panel("barchart", title, description, unit, targets)
	p.FieldConfig.Defaults.Custom = map[string]any{"lineWidth": 1, "fillOpacity": 80}
	p.Options = map[string]any{
		"orientation": "horizontal", "xField": label, "stacking": stacking, "showValue": "auto",
		"barWidth": 0.9, "groupWidth": 0.8, "fullHighlight": false,
		"xTickLabelRotation": 0, "xTickLabelMaxLength": 24,
		"legend": legend(true), "tooltip": map[string]any{"mode": "multi", "sort": "none"},
	}
	return p
}

// cells shows the queries' table in figures and words.
func cells(title, description, unit string, targets ...Target) Panel {
	p := panel("table", title, description, unit, targets)
	p.FieldConfig.Defaults.Custom = map[string]any{
		"align": "auto", "cellOptions": map[string]any{"type": "auto"}, "inspect": false,
	}
	p.Options = map[string]any{"frameIndex": 0, "showHeader": true, "cellHeight": "sm"}
	return p
}

// text shows Markdown, in which variables are filled in.
func text(title, markdown string) Panel {
	return Panel{Type: "text", Title: title, Options: map[string]any{"mode": "markdown", "content": markdown}}
}

// joined makes one table of instant queries: a row for each value of label, a
// column for each query under its legend, the rows by rising values of one column.
func (p Panel) joined(label, sorted string) Panel { return p.table(sorted, false, label) }

// table makes one table of instant queries: a row for each combination of the
// labels, a column for each query under its legend, the rows by rising or falling values of one column.
func (p Panel) table(sorted string, falling bool, labels ...string) Panel {
	names, order := map[string]any{}, map[string]any{}
	for i, label := range labels {
		order[label] = i
	}
	for i := range p.Targets {
		p.Targets[i].Format = "table"
		column := "Value #" + p.Targets[i].RefID
		names[column], order[column] = p.Targets[i].LegendFormat, len(labels)+i
	}
	p.Transformations = []Transformation{
		{ID: "merge", Options: map[string]any{}},
		{ID: "organize", Options: map[string]any{
			"excludeByName": map[string]any{"Time": true}, "includeByName": map[string]any{},
			"indexByName": order, "renameByName": names,
		}},
		{ID: "sortBy", Options: map[string]any{
			"fields": map[string]any{}, "sort": []any{map[string]any{"field": sorted, "desc": falling}},
		}},
	}
	return p
}

func lastValue() map[string]any {
	return map[string]any{"calcs": []string{"lastNotNull"}, "fields": "", "values": false}
}

func legend(shown bool) map[string]any {
	return map[string]any{"calcs": []string{}, "displayMode": "list", "placement": "bottom", "showLegend": shown}
}
