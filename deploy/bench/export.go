package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/mittari/mittari/deploy/running"
)

// leastExported is the first size of the export tables; each further one is ten times that before it.
const leastExported = 100_000

// exportForm is a form that everything is exported in: it has a line for each response, whose one answer it tells, and head lines.
type exportForm struct {
	name, accept, encoding string
	lined                  bool
	head                   int
}

func exportForms() []exportForm {
	return []exportForm{
		{"NDJSON", "application/x-ndjson", "identity", true, 0}, {"CSV", "text/csv", "identity", true, 1}, {"CSV, zstd", "text/csv", "zstd", false, 0},
		{"Parquet", "application/vnd.apache.parquet", "identity", false, 0},
	}
}

// export measures how fast all responses are exported, and what memory that takes,
// from leastExported to the many; and makes a table for each database. Each size has a database of its own.
func (b *bench) export() error {
	for _, k := range b.kinds() {
		var table strings.Builder
		fmt.Fprintf(&table, "| %s, responses stored | form | a second | took | bytes | memory before | peak |\n|---|---|---|---|---|---|---|\n", k.name)
		for n := leastExported; n <= b.many; n *= 10 {
			err := b.within(func(b *bench) error {
				database, err := k.open(b)
				if err == nil {
					err = b.fill(database, n)
				}
				if err == nil {
					err = b.exportAll(&table, database, n)
				}
				return err
			})
			if err != nil {
				return fmt.Errorf("%s with %d responses: %w", k.name, n, err)
			}
		}
		b.sections = append(b.sections, table.String())
	}
	return nil
}

// exportAll exports what is stored in each form, each from a server that was started anew: what one leaves is not the next one's.
func (b *bench) exportAll(table *strings.Builder, database string, n int) error {
	for _, form := range exportForms() {
		err := b.within(func(b *bench) error {
			ours, err := b.serve(database)
			if err != nil {
				return err
			}
			if _, err := ours.series(b); err != nil { // its own beginning is over
				return err
			}
			before, err := ours.memory()
			if err != nil {
				return err
			}
			begun := time.Now()
			got, peak, err := ours.exported(b.ctx, form)
			took := time.Since(begun).Seconds()
			if err == nil && form.lined && got.lines != n+form.head {
				err = fmt.Errorf("the export has %d lines, %d responses are stored", got.lines, n)
			}
			fmt.Fprintf(table, "| %s | %s | %s | %s | %s | %s | %s |\n", short(n), form.name, perSecond(float64(n)/took), seconds(took), megabytes(float64(got.bytes)), megabytes(before), megabytes(peak))
			b.say("%s responses, %s: %s, memory %s before, %s at most", short(n), form.name, perSecond(float64(n)/took), megabytes(before), megabytes(peak))
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", form.name, err)
		}
	}
	return nil
}

// counting counts what is written.
type counting struct{ bytes, lines int }

func (c *counting) Write(p []byte) (int, error) {
	c.bytes += len(p)
	c.lines += bytes.Count(p, []byte("\n"))
	return len(p), nil
}

// exported reads all responses to the end, and gives how much they are and what the server had resident at most meanwhile, in bytes.
func (p *process) exported(ctx context.Context, form exportForm) (got counting, peak float64, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.Address+"/v1/responses", nil)
	if err != nil {
		return got, 0, err
	}
	request.Header = http.Header{"Authorization": {"Bearer " + running.AdminKey}, "Accept": {form.accept}, "Accept-Encoding": {form.encoding}}
	watched, stop := context.WithCancel(ctx)
	most := make(chan float64)
	go func() { most <- p.peak(watched) }()
	defer func() { stop(); peak = <-most }()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return got, 0, err
	}
	defer response.Body.Close()
	_, err = io.Copy(&got, response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("the export is answered %s", response.Status)
	}
	return got, 0, err
}
