package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/mittari/mittari/models/mapping"
)

// importCommand sends the rows of a delimited file to a running server, as its mapping says.
type importCommand struct {
	File            string `arg:"" help:"The CSV file; - is standard input."`
	Mapping         string `required:"" placeholder:"M.yaml" help:"The YAML file that says which column is what."`
	Server          string `setting:"" default:"http://localhost:8080" placeholder:"URL" help:"The server (${default})."`
	Key             string `setting:"" placeholder:"KEY" help:"A key with the scope responses:write, or observations:write for figures; better given as the variable or a file than here, where others may see it."`
	DryRun          bool   `help:"Check every row and show the first ones; store nothing."`
	Show            int    `default:"3" placeholder:"N" help:"How many rows a dry run shows as JSON (${default})."`
	Refused         string `placeholder:"FILE" help:"Write the refused rows and why as CSV; mended, it can be imported with the same mapping."`
	AllowDuplicates bool   `help:"Import although the mapping has no submission_id: every repetition then counts again."`
}

// Run imports the file. The good rows are stored also when others are refused; then it fails at the end.
func (c *importCommand) Run(p *program) error {
	m, err := c.readMapping(p)
	if err != nil {
		return err
	}
	sender, err := c.sender(m)
	if err != nil {
		return err
	}
	sender.repeatable = m.Repeatable() || c.DryRun
	file, size, err := c.open()
	if err != nil {
		return err
	}
	defer file.Close()
	read := &countedReader{reader: file}
	rows := interruptible(p.ctx, read)
	defer rows.Close()
	table, err := m.Table(rows)
	if err != nil {
		return c.explain(err)
	}
	refused, err := c.createRefused(file, m, table.Header())
	if err != nil {
		return err
	}
	progress := newImportProgress(p.stderr, size, read)
	sender.notice = progress.say
	run := importRun{command: c, program: p, mapping: m, table: table, sender: sender, refused: refused, progress: progress}
	run.tally.figures = m.KPI() != ""
	return errors.Join(run.all(), refused.close())
}

// sender judges the server's address and the key, and knows where the mapping's rows go.
func (c *importCommand) sender(m *mapping.Mapping) (*rowSender, error) {
	u, err := serverURL(c.Server)
	if err != nil {
		return nil, err
	}
	if c.Key == "" {
		return nil, errNoKey
	}
	if m.KPI() != "" {
		u = u.JoinPath("v1/kpis", m.KPI(), "observations")
	} else {
		u = u.JoinPath("v1/responses/bulk")
	}
	if c.DryRun {
		u.RawQuery = "dry_run=true"
	}
	return newRowSender(u.String(), c.Key), nil
}

func (c *importCommand) readMapping(p *program) (*mapping.Mapping, error) {
	text, err := os.ReadFile(c.Mapping)
	if err != nil {
		return nil, fmt.Errorf("--mapping: %w", err)
	}
	m, err := mapping.Parse(text)
	if err != nil {
		return nil, c.explain(err)
	}
	if !m.Repeatable() && !c.AllowDuplicates {
		return nil, fmt.Errorf("%s has no submission_id: importing twice would count twice; add one made of a column, or say --allow-duplicates", c.Mapping)
	}
	if !m.Dated() {
		fmt.Fprintf(p.stderr, "note: %s has no collected_at: the answers count from now, not from when they were given\n", c.Mapping)
	}
	return m, nil
}

// explain names the file that an error is about: the mapping with the place of each fault, or the rows.
func (c *importCommand) explain(err error) error {
	var faults mapping.Faults
	if !errors.As(err, &faults) {
		return fmt.Errorf("%s: %w", c.rowsName(), err)
	}
	lines := make([]string, len(faults))
	for i, f := range faults {
		lines[i] = c.Mapping + ": " + f.Error()
	}
	return fmt.Errorf("the mapping can't be used:\n%s", strings.Join(lines, "\n"))
}

// rowsName is what messages call the file.
func (c *importCommand) rowsName() string {
	if c.File == "-" {
		return "standard input"
	}
	return c.File
}
