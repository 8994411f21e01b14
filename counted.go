package main

import (
	"cmp"
	"context"

	"github.com/mittari/mittari/metrics"
	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/ingest"
)

// counted is the writer, with what became of each response told to the instruments.
type counted struct {
	*ingest.Writer
	instruments *metrics.Instruments
}

// Enter lets a response in, or counts it as shed.
func (c counted) Enter() (leave func(), err error) {
	leave, err = c.Writer.Enter()
	if err != nil {
		c.instruments.CountShed()
	}
	return leave, err
}

// Record stores one response and counts what became of it.
func (c counted) Record(ctx context.Context, r models.Accepted) (models.Outcome, error) {
	outcome, err := c.Writer.Record(ctx, r)
	c.count(models.Outcome{New: outcome.New, Err: cmp.Or(err, outcome.Err)})
	return outcome, err
}

// Prepare makes some responses ready; what it gives stores them and counts what became of each.
func (c counted) Prepare(rs []models.Accepted) models.Storing {
	record := c.Writer.Prepare(rs)
	return func(ctx context.Context) func() ([]models.Outcome, error) {
		end := record(ctx)
		return func() ([]models.Outcome, error) { return c.countAll(rs, end) }
	}
}

func (c counted) countAll(rs []models.Accepted, end func() ([]models.Outcome, error)) ([]models.Outcome, error) {
	outcomes, err := end()
	if err != nil {
		c.instruments.CountResponses(0, 0, len(rs))
		return outcomes, err
	}
	c.count(outcomes...)
	return outcomes, nil
}

func (c counted) count(outcomes ...models.Outcome) {
	var stored, retried, refused int
	for _, o := range outcomes {
		switch {
		case o.Err != nil:
			refused++
		case o.New:
			stored++
		default:
			retried++
		}
	}
	c.instruments.CountResponses(stored, retried, refused)
}
