package main

import (
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
	c.count(outcome, err)
	return outcome, err
}

// Prepare makes some responses ready; what it gives stores them and counts what became of each.
func (c counted) Prepare(rs []models.Accepted) ingest.Commit {
	record := c.Writer.Prepare(rs)
	return func(ctx context.Context) ([]models.Outcome, error) {
		outcomes, err := record(ctx)
		for i := range rs {
			if err != nil {
				c.count(models.Outcome{}, err)
			} else {
				c.count(outcomes[i], nil)
			}
		}
		return outcomes, err
	}
}

func (c counted) count(o models.Outcome, err error) {
	switch {
	case err != nil || o.Err != nil:
		c.instruments.CountResponses(0, 0, 1)
	case o.New:
		c.instruments.CountResponses(1, 0, 0)
	default:
		c.instruments.CountResponses(0, 1, 0)
	}
}
