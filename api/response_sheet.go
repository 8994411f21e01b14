package api

import (
	"io"

	"github.com/parquet-go/parquet-go"

	"github.com/mittari/mittari/models"
)

// answerLine is an answer with its response: a row of CSV and Parquet.
type answerLine struct {
	*models.Response
	models.Answer
}

// responseSheet has a response a line as NDJSON, and an answer a row otherwise.
func responseSheet(form string, out io.Writer) sheet[models.Response] {
	if form == formNDJSON {
		return newSheet[models.Response](form, out, "", nil)
	}
	return spread[models.Response, answerLine]{newSheet(form, out, "responses", answerColumns()), answerLines}
}

func answerLines(r models.Response) []answerLine {
	lines := make([]answerLine, len(r.Answers))
	for i, a := range r.Answers {
		lines[i] = answerLine{&r, a}
	}
	return lines
}

func answerColumns() []column[answerLine] {
	return []column[answerLine]{
		{"id", textColumn(), func(l answerLine) any { return l.ID }},
		textOf("submission_id", func(l answerLine) string { return l.SubmissionID }),
		keyOf("survey", func(l answerLine) string { return l.Survey }),
		keyOf("touchpoint", func(l answerLine) string { return l.Answer.Touchpoint }),
		keyOf("channel", func(l answerLine) string { return l.Channel }),
		keyOf("segment", func(l answerLine) string { return l.Segment }),
		keyOf("team", func(l answerLine) string { return l.Team }),
		textOf("person", func(l answerLine) string { return l.Person }),
		{"collected_at", timeColumn(), func(l answerLine) any { return l.CollectedAt }},
		{"created_at", timeColumn(), func(l answerLine) any { return l.CreatedAt }},
		keyOf("language", func(l answerLine) string { return l.Language }),
		{"solicited", parquet.Optional(flagColumn()), func(l answerLine) any { return ifGiven(l.Solicited) }},
		{"tags", parquet.List(textColumn()), func(l answerLine) any { return l.Tags }},
		{"properties", parquet.Optional(jsonColumn()), func(l answerLine) any { return jsonCell(l.Properties, len(l.Properties)) }},
		{"excluded", flagColumn(), func(l answerLine) any { return l.Excluded }},
		{"metric", keyColumn(), func(l answerLine) any { return l.Metric }},
		{"score", parquet.Int(32), func(l answerLine) any { return l.Score }},
		textOf("comment", func(l answerLine) string { return l.Comment }),
	}
}
