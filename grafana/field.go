package grafana

// decimals sets how many decimals every value of the panel is written with.
func (p Panel) decimals(n int) Panel {
	p.FieldConfig.Defaults.Decimals = &n
	return p
}

// with overrides settings of the field of that name.
func (p Panel) with(field string, properties ...Property) Panel {
	p.FieldConfig.Overrides = append(p.FieldConfig.Overrides,
		Override{Matcher: Matcher{ID: "byName", Options: field}, Properties: properties})
	return p
}

// withAll overrides settings of all fields whose names match a regular expression.
func (p Panel) withAll(fields string, properties ...Property) Panel {
	p.FieldConfig.Overrides = append(p.FieldConfig.Overrides,
		Override{Matcher: Matcher{ID: "byRegexp", Options: "/" + fields + "/"}, Properties: properties})
	return p
}

// withQuery overrides settings of all fields that the query of that letter returns.
func (p Panel) withQuery(letter string, properties ...Property) Panel {
	p.FieldConfig.Overrides = append(p.FieldConfig.Overrides,
		Override{Matcher: Matcher{ID: "byFrameRefID", Options: letter}, Properties: properties})
	return p
}

func set(id string, value any) Property { return Property{ID: id, Value: value} }

func color(name string) Property { return set("color", fixed(name)) }

func fixed(color string) map[string]any {
	return map[string]any{"mode": "fixed", "fixedColor": color}
}

// opacity is how densely bars or areas are filled, in percent.
func opacity(percent int) Property { return set("custom.fillOpacity", percent) }

// steps colours values green, yellow from warn and red from bad.
func steps(warn, bad float64) *Thresholds {
	return &Thresholds{Mode: "absolute", Steps: []Step{{nil, "green"}, {&warn, "yellow"}, {&bad, "red"}}}
}

// verdict writes a z value in words: worse and better beyond ±z, else not sure.
func verdict(z float64) Property {
	return set("mappings", []any{
		between(nil, -z, words("worse", "red", 0)),
		between(-z, z, words("no sure difference", "text", 1)),
		between(z, nil, words("better", "green", 2)),
		undefined(words("nothing to compare with", "text", 3)),
	})
}

// orDash writes – for a value that could not be computed.
func orDash() Property { return set("mappings", []any{undefined(words("–", "text", 0))}) }

func words(text, color string, index int) map[string]any {
	return map[string]any{"text": text, "color": color, "index": index}
}

func between(from, to any, result map[string]any) map[string]any {
	return map[string]any{"type": "range", "options": map[string]any{"from": from, "to": to, "result": result}}
}

func undefined(result map[string]any) map[string]any {
	return map[string]any{"type": "special", "options": map[string]any{"match": "null+nan", "result": result}}
}
