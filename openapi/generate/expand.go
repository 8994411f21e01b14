package main

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi2"

	"github.com/mittari/mittari/models"
)

// expand writes out what stands in the annotations once for every catalog and
// once for every dimension.
func expand(doc *openapi2.T) error {
	if err := splitJourneys(doc.Definitions); err != nil {
		return err
	}
	for path, item := range doc.Paths {
		for _, op := range item.Operations() {
			op.Parameters = expandDimensions(op.Parameters)
		}
		if !strings.Contains(path, "{kinds}") {
			continue
		}
		delete(doc.Paths, path)
		for _, kind := range models.Kinds() {
			if err := addKind(doc, path, item, kind); err != nil {
				return err
			}
		}
	}
	return nil
}

// expandDimensions puts a parameter for each dimension in the place of {dimension}.
func expandDimensions(parameters openapi2.Parameters) openapi2.Parameters {
	at := slices.IndexFunc(parameters, func(p *openapi2.Parameter) bool { return p.Name == "{dimension}" })
	if at < 0 {
		return parameters
	}
	var each openapi2.Parameters
	for _, d := range models.Dimensions() {
		p := *parameters[at]
		p.Name = d.String()
		p.Description = strings.ReplaceAll(p.Description, "{dimension}", d.String())
		each = append(each, &p)
	}
	return slices.Replace(slices.Clone(parameters), at, at+1, each...)
}

// addKind adds the paths of one catalog.
func addKind(doc *openapi2.T, path string, item *openapi2.PathItem, kind models.Kind) error {
	words := wordsOf(kind)
	var own openapi2.PathItem
	if err := transform(item, &own, words.Replace); err != nil {
		return err
	}
	doc.Paths[words.Replace(path)] = &own
	if own.Delete != nil && kind != models.Kind(models.Touchpoint.String()) {
		own.Delete.Responses.Delete("409") // only touchpoints stand on journeys
	}
	if list := own.Get.Responses.Value("200"); list.Schema.Ref == "" {
		list.Schema.Value.Required = []string{words.Replace("{kinds}")}
		name := words.Replace("{Kind}List")
		doc.Definitions[name] = list.Schema
		list.Schema = &openapi2.SchemaRef{Ref: "#/definitions/" + name}
	}
	return nil
}

// wordsOf are the words and types that stand in the annotations for a kind's own.
func wordsOf(kind models.Kind) *strings.Replacer {
	singular := string(kind)
	capital := strings.ToUpper(singular[:1]) + singular[1:]
	words := []string{"{kind}", singular, "{kinds}", singular + "s", "{Kind}", capital, "{Kinds}", capital + "s"}
	if kind == models.JourneyKind {
		words = append(words, `definitions/Entry"`, `definitions/Journey"`, `definitions/EntryBody"`, `definitions/JourneyBody"`)
	}
	return strings.NewReplacer(words...)
}

// splitJourneys makes two types of each that serves all catalogs: a journey
// must have touchpoints, any other entry has none.
func splitJourneys(types map[string]*openapi2.SchemaRef) error {
	for _, name := range []string{"Entry", "EntryBody"} {
		entry, journey := types[name], new(openapi2.SchemaRef)
		if err := transform(entry, journey, func(text string) string { return text }); err != nil {
			return err
		}
		delete(entry.Value.Properties, "touchpoints")
		entry.Value.Description = "What the catalog says of a touchpoint, segment, channel, team or survey."
		types[strings.Replace(name, "Entry", "Journey", 1)] = journey
		journey.Value.Description = "What the catalog says of a journey. Its score is that of its touchpoints together."
		journey.Value.Required = append(journey.Value.Required, "touchpoints")
		touchpoints := journey.Value.Properties["touchpoints"].Value
		touchpoints.Description, touchpoints.MinItems = "their keys, in order", 1
		slices.Sort(journey.Value.Required)
	}
	return nil
}

// transform copies from into into by way of JSON, changed by change.
func transform(from, into any, change func(string) string) error {
	text, err := json.Marshal(from)
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(change(string(text))), into)
}
