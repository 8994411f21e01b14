package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"time"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/store"
)

// responseFlags are a response as the command line tells it.
type responseFlags struct {
	Answers      []string          `arg:"" optional:"" name:"metric score" help:"A metric's key and the score: an integer, yes or no. As many as there are answers, such as csat 4 fcr yes."`
	Comment      []string          `sep:"none" placeholder:"TEXT" help:"What was said; the first belongs to the first answer, and so on."`
	SubmissionID string            `placeholder:"ID" help:"An id of your own: sent again with it, the response is stored once."`
	Survey       string            `placeholder:"KEY" help:"Which survey it belongs to."`
	Touchpoint   string            `placeholder:"KEY" help:"Where it was given."`
	Channel      string            `placeholder:"KEY" help:"By which channel."`
	Segment      string            `placeholder:"KEY" help:"Of which segment."`
	Team         string            `placeholder:"KEY" help:"Which team it is about."`
	Person       string            `placeholder:"ID" help:"Who answered: an id of yours, never a name."`
	Language     string            `placeholder:"TAG" help:"Of the comments: a BCP 47 tag such as fi."`
	CollectedAt  *time.Time        `placeholder:"TIME" help:"When it was answered, such as 2026-11-20T10:04:00+02:00 (now)."`
	Solicited    *bool             `negatable:"" help:"Whether it was asked for."`
	Tag          []string          `sep:"none" placeholder:"TAG" help:"As often as you like."`
	Property     map[string]string `mapsep:"none" placeholder:"NAME=TEXT" help:"Anything else, as often as you like; numbers by --json."`
}

// given reports whether any of it is.
func (f responseFlags) given() bool { return !reflect.ValueOf(f).IsZero() }

// fault says what of the command line can't be a response.
func (f responseFlags) fault() error {
	switch {
	case len(f.Answers) == 0:
		return errors.New("an answer is missing: a metric and a score, such as nps 9, or --json")
	case len(f.Answers)%2 != 0:
		return fmt.Errorf("%q has no score: answers are pairs such as nps 9", f.Answers[len(f.Answers)-1])
	case 2*len(f.Comment) > len(f.Answers):
		return fmt.Errorf("there are %d comments to %d answers", len(f.Comment), len(f.Answers)/2)
	}
	_, err := f.answers()
	return err
}

func (f responseFlags) answers() ([]models.SubmittedAnswer, error) {
	var answers []models.SubmittedAnswer
	words := map[string]string{"yes": "true", "no": "false"}
	for i := 0; i < len(f.Answers); i += 2 {
		answer := models.SubmittedAnswer{Metric: f.Answers[i], Score: new(models.Value)}
		given := f.Answers[i+1]
		if word := words[given]; word != "" {
			given = word
		}
		if err := answer.Score.UnmarshalJSON([]byte(given)); err != nil {
			return nil, fmt.Errorf("the score of %s must be an integer, yes or no, is %q", answer.Metric, given)
		}
		if i/2 < len(f.Comment) {
			answer.Comment = f.Comment[i/2]
		}
		answers = append(answers, answer)
	}
	return answers, nil
}

// submission is the response, without a submission_id unless one is given.
func (f responseFlags) submission() (models.Submission, error) {
	answers, err := f.answers()
	var properties map[string]any
	for name, text := range f.Property {
		if properties == nil {
			properties = map[string]any{}
		}
		properties[name] = text
	}
	return models.Submission{
		SubmissionID: f.SubmissionID, Survey: f.Survey, Touchpoint: f.Touchpoint, Channel: f.Channel, Segment: f.Segment, Team: f.Team, Person: f.Person,
		CollectedAt: f.CollectedAt, Language: f.Language, Solicited: f.Solicited, Properties: properties, Tags: f.Tag, Answers: answers,
	}, err
}

// sentResponse is a response as it is sent, and what it says as far as that can be read.
type sentResponse struct {
	json       []byte // of one line, with a submission_id
	submission models.Submission
}

// response is the one to send. Its submission_id is made up unless it has one.
func (c *sendCommand) response() (sentResponse, error) {
	var sent sentResponse
	var text []byte
	var err error
	if c.JSON != "" {
		text, err = readInput(c.JSON)
	} else if sent.submission, err = c.submission(); err == nil {
		text, err = json.Marshal(sent.submission)
	}
	if err != nil {
		return sent, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return sent, fmt.Errorf("the response must be one JSON object: %w", err)
	}
	switch id := members["submission_id"]; {
	case len(members) == 0 || string(id) == "null":
		return sent, errors.New("the response must have an answer, and a submission_id that is not null if any")
	case id == nil:
		text = bytes.Replace(text, []byte("{"), fmt.Appendf(nil, `{"submission_id":"send-%s",`, store.NewID()), 1)
	}
	_ = json.Unmarshal(text, &sent.submission) // the server says what is wrong with it
	var line bytes.Buffer
	err = json.Compact(&line, text)
	sent.json = line.Bytes()
	return sent, err
}

// readInput reads the file, or standard input for -.
func readInput(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(os.Stdin)
	}
	return os.ReadFile(name)
}
