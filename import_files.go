package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync/atomic"

	"github.com/schollz/progressbar/v3"

	"github.com/mittari/mittari/models/mapping"
)

// open gives the file and its size; -1 when it has none.
func (c *importCommand) open() (*os.File, int64, error) {
	if c.File == "-" {
		return os.Stdin, -1, nil
	}
	f, err := os.Open(c.File)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, 0, errors.Join(err, f.Close())
	case info.IsDir():
		return nil, 0, errors.Join(fmt.Errorf("%s is a folder", c.File), f.Close())
	case !info.Mode().IsRegular():
		return f, -1, nil
	}
	return f, info.Size(), nil
}

// interruptible reads what in gives until ctx ends, then its error, even while in gives nothing.
func interruptible(ctx context.Context, in io.Reader) *io.PipeReader {
	r, w := io.Pipe()
	context.AfterFunc(ctx, func() { w.CloseWithError(ctx.Err()) })
	go func() {
		_, err := io.Copy(w, in)
		w.CloseWithError(err)
	}()
	return r
}

// countedReader counts the bytes that have been read.
type countedReader struct {
	reader io.Reader
	n      atomic.Int64
}

// Read reads on and counts.
func (r *countedReader) Read(b []byte) (int, error) {
	n, err := r.reader.Read(b)
	r.n.Add(int64(n))
	return n, err
}

// importProgress is a bar on a terminal, by the bytes read; nothing elsewhere.
type importProgress struct {
	bar    *progressbar.ProgressBar
	read   *countedReader
	stderr io.Writer
}

func newImportProgress(stderr io.Writer, size int64, read *countedReader) *importProgress {
	return &importProgress{read: read, stderr: stderr, bar: progressbar.NewOptions64(size,
		progressbar.OptionSetVisibility(size != 0 && isTerminal(stderr)),
		progressbar.OptionSetWriter(stderr), progressbar.OptionSetDescription("importing"),
		progressbar.OptionShowBytes(true), progressbar.OptionClearOnFinish(),
		progressbar.OptionSetSpinnerChangeInterval(0), progressbar.OptionSetRenderBlankState(true),
	)}
}

// stored moves the bar on: all that was read is settled.
func (p *importProgress) stored(rows int) {
	p.bar.Describe(fmt.Sprintf("importing: %d rows stored", rows))
	_ = p.bar.Set64(p.read.n.Load()) // a bar that can't be drawn is no reason to stop
}

// say writes a line above the bar.
func (p *importProgress) say(line string) {
	_ = p.bar.Clear()
	fmt.Fprintln(p.stderr, line)
}

// refusedRows is the CSV file that refused rows are written to: nothing when none was asked for.
type refusedRows struct {
	csv   *csv.Writer
	file  io.Closer
	width int // of the header, without the line and the reason
}

// createRefused makes the file with the header of the rows and, before it, the line and the reason.
func (c *importCommand) createRefused(in *os.File, m *mapping.Mapping, header []string) (*refusedRows, error) {
	r := &refusedRows{csv: m.Writer(io.Discard), file: io.NopCloser(nil), width: len(header)}
	if c.Refused == "" {
		return r, nil
	}
	if sameFile(in, c.Refused) || c.Refused == c.Mapping {
		return nil, fmt.Errorf("--refused: %s is being read: name another file", c.Refused)
	}
	f, err := os.Create(c.Refused)
	if err != nil {
		return nil, fmt.Errorf("--refused: %w", err)
	}
	r.csv, r.file = m.Writer(f), f
	return r, r.csv.Write(append([]string{"refused_line", "refused_reason"}, header...))
}

func sameFile(open *os.File, name string) bool {
	a, err := open.Stat()
	if err != nil {
		return false
	}
	b, err := os.Stat(name)
	return err == nil && os.SameFile(a, b)
}

// add writes a row and why it was refused. Write errors come out at close.
func (r *refusedRows) add(line mapping.Line, reason string) {
	cells := append([]string{strconv.Itoa(line.Number), reason}, line.Cells...)
	for len(cells) < r.width+2 {
		cells = append(cells, "")
	}
	_ = r.csv.Write(cells)
}

func (r *refusedRows) close() error {
	r.csv.Flush()
	return errors.Join(r.csv.Error(), r.file.Close())
}
