// Package payload reads what survey tools send by webhooks: a payload becomes a row of named fields, and a mapping, the
// one of `mittari import`, makes a submission of it. Nothing here opens files or connections.
package payload

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/mapping"
)

// Compile gives the reader of the payloads of a tool by a mapping, which is a JSON object with the keys of the YAML of an
// import, but for those of files. The error is an Invalid *models.Error that names every fault.
func Compile(kind models.SourceKind, text []byte) (models.PayloadReader, error) {
	t, known := tools()[kind]
	if !known {
		return nil, models.Errorf(models.Invalid, "there is no tool %q", kind)
	}
	var spaced bytes.Buffer
	if err := json.Indent(&spaced, text, "", " "); err != nil { // as people write YAML, which JSON without spaces is not everywhere
		return nil, models.Errorf(models.Invalid, "the mapping is no JSON: %v", err)
	}
	m, err := mapping.ParseFields(spaced.Bytes())
	if err != nil {
		return nil, faultsOf(err)
	}
	return reader{t, kind, m}.read, nil
}

// faultsOf tells what is wrong with a mapping by its fields, as the API does.
func faultsOf(err error) error {
	var found mapping.Faults
	if !errors.As(err, &found) {
		return err
	}
	var faults models.Faults
	for _, f := range found {
		faults.Add(strings.TrimSuffix("mapping."+f.Field, "."), "%s", f.Message)
	}
	return faults.Err("the mapping can't be used as it is")
}

// reader reads the payloads of one source.
type reader struct {
	tool
	kind models.SourceKind
	*mapping.Mapping
}

func (r reader) read(payload []byte) (models.Reading, error) {
	top, err := decode(payload)
	if err != nil {
		return models.Reading{}, whole("%v", err)
	}
	event, _ := top[r.event].(string)
	if !r.takes(event) {
		return models.Reading{Ignored: fmt.Sprintf("what happened, %.60q, is not that somebody answered", event)}, nil
	}
	response, is := top[r.root].(map[string]any)
	if !is {
		return models.Reading{}, whole("has no %s with a response in it", r.root)
	}
	row, names := mapping.Row{}, fields{}
	names.add("", response)
	if r.more != nil {
		r.more(names, response)
	}
	names["event"] = event
	for name, text := range names {
		row[name] = text
	}
	if r.unfinished != nil && r.unfinished(response) {
		return models.Reading{Ignored: "the response is not finished yet"}, nil
	}
	if !r.Keeps(row) {
		return models.Reading{Ignored: "the rows of the mapping leave it out"}, nil
	}
	return r.deliver(row, response)
}

// deliver makes of a response what is to be stored.
func (r reader) deliver(row mapping.Row, response map[string]any) (models.Reading, error) {
	var faults models.Faults
	if r.asked != nil {
		r.unknown(row, response, &faults)
	}
	s, _, err := r.Submission(row)
	faults = faults.With(err)
	if len(faults) == 0 && len(s.Answers) == 0 {
		faults.Add("answers", "none of the mapping's questions is answered; the payload holds %s", fields(row).list())
	}
	d := models.Reading{Submission: s}
	if d.Submission.SubmissionID = row[r.id]; d.Submission.SubmissionID == "" {
		faults.Add("submission_id", "the payload has no %s.%s", r.root, r.id)
	}
	d.Submission.SubmissionID = string(r.kind) + ":" + d.Submission.SubmissionID
	collected := moment(row[r.collected])
	changed := moment(cmp.Or(row[r.changed], row[r.collected])) // null where it never changed
	if collected.IsZero() || changed.IsZero() {
		faults.Add("collected_at", "the payload has no times %s.%s and %[1]s.%[3]s that can be read", r.root, r.collected, r.changed)
	}
	if d.ChangedAt = changed; s.CollectedAt == nil {
		d.Submission.CollectedAt = &collected
	}
	return d, faults.Err("the payload can't be mapped")
}

// unknown names the questions of the mapping that the form does not have.
func (r reader) unknown(row mapping.Row, response map[string]any, faults *models.Faults) {
	asked := r.asked(response)
	if len(asked) == 0 {
		return
	}
	for _, column := range r.Columns() {
		if strings.HasPrefix(column, answersPrefix) && row[column] == "" && asked[column] == "" {
			faults.Add("mapping", "the form has no question %s; it has %s", column, asked.list())
		}
	}
}

// whole is the fault of a payload that can't be read at all.
func whole(format string, args ...any) error {
	var faults models.Faults
	faults.Add("(payload)", format, args...)
	return faults.Err("the payload can't be read")
}

// decode reads one JSON object, also where it is the only one of an array.
func decode(payload []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(payload))
	decoder.UseNumber()
	var document any
	if err := decoder.Decode(&document); err != nil {
		return nil, fmt.Errorf("is not JSON: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("is more than one JSON document")
	}
	if list, is := document.([]any); is && len(list) == 1 {
		document = list[0]
	}
	object, is := document.(map[string]any)
	if !is {
		return nil, errors.New("is no JSON object")
	}
	return object, nil
}

// moment reads a time as the tools write it: RFC 3339, or Unix seconds. Zero where it is neither.
func moment(text string) time.Time {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t
	}
	if n, err := json.Number(text).Int64(); err == nil && n > 0 && n < 1<<40 {
		return time.Unix(n, 0).UTC()
	}
	return time.Time{}
}
