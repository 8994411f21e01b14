package payload

import (
	"slices"

	"github.com/mittari/mittari/models"
)

// tool says where things stand in the payloads of a survey tool.
type tool struct {
	event  string   // the member that says what happened
	events []string // those that tell a response
	root   string   // the member that holds the response

	id, collected, changed string // the fields of the response's own id and times

	unfinished func(response map[string]any) bool             // nil: what comes is finished
	more       func(into fields, response map[string]any)     // fields that stand in lists; nil: none
	asked      func(response map[string]any) (answers fields) // every question of the form, if the payload tells; nil: it does not
}

func (t tool) takes(event string) bool { return slices.Contains(t.events, event) }

// tools are those that are known.
//
// The payloads are described at https://formbricks.com/docs/xm-and-surveys/core-features/integrations/webhooks (where they
// stand in a list; what is sent is not, see apps/web in https://github.com/formbricks/formbricks),
// https://www.typeform.com/developers/webhooks/example-payload/ and https://app.delighted.com/docs/api/webhooks.
func tools() map[models.SourceKind]tool {
	return map[models.SourceKind]tool{
		models.Formbricks: {
			event: "event", events: []string{"responseFinished", "responseUpdated", "responseCreated"}, root: "data",
			id: "id", collected: "createdAt", changed: "updatedAt",
			unfinished: func(response map[string]any) bool { return response["finished"] != true },
		},
		models.Typeform: {
			event: "event_type", events: []string{"form_response"}, root: "form_response",
			id: "token", collected: "submitted_at", changed: "submitted_at",
			more: typeformFields, asked: typeformQuestions,
		},
		models.Delighted: {
			event: "event_type", events: []string{"survey_response.created", "survey_response.updated"}, root: "event_data",
			id: "id", collected: "created_at", changed: "updated_at",
			more: delightedFields,
		},
	}
}

// answersPrefix stands before the fields of answers to a form's questions.
const answersPrefix = "answers."

// typeformFields adds the answers by the ref and by the id of their fields, and the variables by their keys.
// (https://www.typeform.com/developers/webhooks/example-payload/)
func typeformFields(into fields, response map[string]any) {
	for _, answer := range objects(response["answers"]) {
		text := typeformAnswer(answer)
		field, _ := answer["field"].(map[string]any)
		for _, by := range []string{"ref", "id"} {
			if name, _ := field[by].(string); name != "" && text != "" {
				into.put(answersPrefix+name, text)
			}
		}
	}
	for _, variable := range objects(response["variables"]) {
		name, _ := variable["key"].(string)
		kind, _ := variable["type"].(string)
		into.add("variables."+name, variable[kind])
	}
}

// typeformAnswer is what was answered: of choices the labels.
func typeformAnswer(answer map[string]any) string {
	kind, _ := answer["type"].(string)
	value := answer[kind]
	if choice, is := value.(map[string]any); is {
		if labels, many := choice["labels"].([]any); many {
			return joined(append(slices.Clip(labels), choice["other"]))
		}
		return joined([]any{choice["label"], choice["other"]})
	}
	return joined([]any{value})
}

// typeformQuestions are the questions that the payload's definition of the form has.
func typeformQuestions(response map[string]any) fields {
	asked := fields{}
	definition, _ := response["definition"].(map[string]any)
	for _, field := range objects(definition["fields"]) {
		for _, by := range []string{"ref", "id"} {
			if name, _ := field[by].(string); name != "" {
				asked[answersPrefix+name] = name
			}
		}
	}
	return asked
}

// delightedFields adds the answers to additional questions by the ids of the questions.
// (https://app.delighted.com/docs/api/webhooks)
func delightedFields(into fields, response map[string]any) {
	for _, answer := range objects(response["additional_answers"]) {
		question, _ := answer["question"].(map[string]any)
		name, _ := question["id"].(string)
		value, _ := answer["value"].(map[string]any)
		if name == "" {
			continue
		}
		into.add("additional_answers."+name, value["free_response"])
		into.add("additional_answers."+name, value["scale"])
		if one, is := value["select_one"].(map[string]any); is {
			into.add("additional_answers."+name, one["text"])
		}
		var texts []any
		for _, choice := range objects(value["select_many"]) {
			texts = append(texts, choice["text"])
		}
		if len(texts) > 0 {
			into.add("additional_answers."+name, texts)
		}
	}
}
