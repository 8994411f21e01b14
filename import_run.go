package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/mittari/mittari/models/mapping"
)

const (
	chunkRows    = 1000
	chunkBytes   = 4 << 20
	maxRowBytes  = 1 << 20 // that the server takes as one line
	shownRefused = 20      // refused rows that are told one by one
)

// importRun is one import under way.
type importRun struct {
	command  *importCommand
	program  *program
	mapping  *mapping.Mapping
	table    *mapping.Table
	sender   *rowSender
	refused  *refusedRows
	progress *importProgress
	tally    importTally
	chunk    []importRow // read and not settled yet, in order
	bytes    int         // of the chunk's JSON
	reasons  []string    // of the first refused rows
}

// all imports every row, tells what came of them, and fails when any was refused.
func (r *importRun) all() error {
	err := r.rows()
	_ = r.progress.bar.Finish()
	for _, reason := range r.reasons {
		fmt.Fprintln(r.program.stderr, reason)
	}
	if more := r.tally.refused - len(r.reasons); more > 0 {
		fmt.Fprintf(r.program.stderr, "… and %d more refused rows; --refused FILE writes them all\n", more)
	}
	fmt.Fprintf(r.program.stderr, "%s: %s\n", r.command.rowsName(), r.tally.line(r.command.DryRun))
	switch {
	case r.program.ctx.Err() != nil:
		return r.interrupted()
	case err != nil:
		return fmt.Errorf("%w\n%s", err, r.again())
	case r.tally.refused > 0:
		return fmt.Errorf("%d rows were refused", r.tally.refused)
	}
	return nil
}

func (r *importRun) interrupted() error {
	return fmt.Errorf("interrupted: %d rows were stored, %d were there already; %s", r.tally.stored, r.tally.known, r.again())
}

// again says what happens when the same command is run once more.
func (r *importRun) again() string {
	if !r.mapping.Repeatable() && !r.command.DryRun {
		return "without submission_id, running it again would store them twice"
	}
	return "run the same command again: what is stored already is not stored twice"
}

func (r *importRun) rows() error {
	for {
		line, err := r.table.Next()
		switch {
		case errors.Is(err, io.EOF):
			return r.settle()
		case err != nil:
			return r.command.explain(err)
		}
		if err := r.take(line); err != nil {
			return err
		}
		if len(r.chunk) >= chunkRows || r.bytes >= chunkBytes {
			if err := r.settle(); err != nil {
				return err
			}
		}
	}
}

// settle sends the chunk's good rows and books what came of each row.
func (r *importRun) settle() error {
	var lines [][]byte
	for _, row := range r.chunk {
		if row.reason == "" {
			lines = append(lines, row.json)
		}
	}
	outcomes, err := r.sender.send(r.program.ctx, lines)
	next := 0
	for _, row := range r.chunk {
		if row.reason == "" {
			row.reason = r.tally.book(outcomes[next], row.submission)
			next++
		}
		if row.reason != "" {
			r.refuse(row)
		}
	}
	r.chunk, r.bytes = nil, 0
	r.progress.stored(r.tally.stored)
	return err
}

func (r *importRun) refuse(row importRow) {
	r.tally.refused++
	r.refused.add(row.line, row.reason)
	if len(r.reasons) < shownRefused {
		r.reasons = append(r.reasons, fmt.Sprintf("%s:%d: refused: %s", r.command.rowsName(), row.line.Number, row.reason))
	}
}
