package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"
)

// sendCommand stores one response at a running server.
type sendCommand struct {
	responseFlags
	JSON    string        `name:"json" placeholder:"FILE" help:"Send the response in this file, as POST /v1/responses takes it, instead; - is standard input."`
	Server  string        `setting:"" aliases:"url" default:"http://localhost:8080" placeholder:"URL" help:"The server (${default}); --url says it, too."`
	KeyFile string        `placeholder:"FILE" help:"A file with a key of the scope responses:write, before the variables MITTARI_KEY and MITTARI_KEY_FILE; never the key itself, which others could see."`
	Timeout time.Duration `default:"2m" help:"How long to try while the server can't be reached or asks to wait, 5 times at most (${default})."`
}

// Exit codes of sendCommand, beside 0 and those of every command.
const (
	exitRefused     = 1 // or the key is, or something else that trying again won't mend
	exitCalled      = 2
	exitUnreachable = 3
)

// Help is shown below the flags.
func (*sendCommand) Help() string {
	return `The response's id is printed, and whether it was there already. Sent again with the same --submission-id it is stored once; without one, the command makes one for its own tries.

Exit codes: 0 stored, now or before; 1 refused, each fault on a line; 2 called wrongly; 3 the server can't be reached or was busy throughout: run it again.

In a CI job that holds a key in MITTARI_KEY, how the deployment went, counted once however often the job is run again:

  mittari send ces 2 --touchpoint deploy --team "$TEAM" --submission-id "deploy-$CI_PIPELINE_ID" --server https://mittari.example

Several answers, with comments in the same order:

  mittari send csat 4 nps 9 --comment "Quick." --comment "Would do it again."`
}

// Validate is asked by the parser.
func (c *sendCommand) Validate() error {
	if c.JSON == "" {
		return c.responseFlags.fault()
	}
	if c.responseFlags.given() {
		return errors.New("--json has the whole response: nothing of it can be given beside")
	}
	return nil
}

// Run sends the response until its outcome is known.
func (c *sendCommand) Run(p *program) error {
	response, err := c.response()
	if err != nil {
		return coded{exitCalled, err}
	}
	server, err := serverURL(c.Server)
	if err != nil {
		return coded{exitCalled, err}
	}
	key, err := c.key(p.env)
	if err != nil {
		return coded{exitCalled, err}
	}
	sender := newRowSender(server.JoinPath("v1/responses/bulk").String(), key)
	sender.repeatable = true
	sender.notice = func(line string) { fmt.Fprintln(p.stderr, "mittari:", line) }
	ctx, cancel := context.WithTimeout(p.ctx, c.Timeout)
	defer cancel()
	outcomes, err := sender.send(ctx, [][]byte{response.json})
	if err != nil {
		return c.notSent(ctx, err)
	}
	return tell(p, outcomes[0], response)
}

// notSent explains that the response has no outcome.
func (c *sendCommand) notSent(ctx context.Context, err error) error {
	var again *tryAgain
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		err = fmt.Errorf("gave up after %s: it is not known to be stored", c.Timeout)
	case ctx.Err() != nil:
		err = errors.New("interrupted: it is not known to be stored")
	case !errors.As(err, &again):
		return coded{exitRefused, err}
	}
	return coded{exitUnreachable, err}
}

// tell prints the id of the stored response, or every fault of a refused one.
func tell(p *program, o rowOutcome, sent sentResponse) error {
	switch o.Status {
	case http.StatusOK:
		fmt.Fprintln(p.stderr, "mittari: it was stored before")
	case http.StatusCreated:
	default:
		return coded{exitRefused, fmt.Errorf("the response was refused:\n  %s", strings.Join(o.reasons(sent.submission), "\n  "))}
	}
	_, err := fmt.Fprintln(p.stdout, o.ID)
	return err
}

// key is that of the file, else of the variables.
func (c *sendCommand) key(env func(string) string) (string, error) {
	file := c.KeyFile
	if file == "" {
		if key := env("MITTARI_KEY"); key != "" {
			return key, nil
		}
		file = env("MITTARI_KEY_FILE")
	}
	if file == "" {
		return "", errNoKey
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("the key's file: %w", err)
	}
	if key := strings.TrimSpace(string(text)); key != "" {
		return key, nil
	}
	return "", fmt.Errorf("the key's file %s is empty", file)
}
