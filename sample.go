package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/ingest"
	"github.com/mittari/mittari/models/sample"
	"github.com/mittari/mittari/models/store"
)

// sampleSeed makes every installation's sample the same.
const sampleSeed = 1

// loadSample stores the made-up bank through the writer, as if it had been sent,
// and as it is at a moment, unless the workspace holds responses, or has held some.
func loadSample(p *program, db *store.Store, writer *ingest.Writer, workspace models.Workspace, now time.Time, persons models.Persons) error {
	stored, err := db.FindResponses(p.ctx, workspace.Key, models.ResponseFilter{Limit: 1})
	if err != nil || len(stored) > 0 {
		return err
	}
	arrived, err := db.FindArrivals(p.ctx, workspace.Key) // what is deleted by now is counted still
	if err != nil || len(arrived) > 0 {
		return err
	}
	zone, err := workspace.Zone()
	if err != nil {
		return err
	}
	bank := sample.NewBank(sampleSeed, now, zone)
	for _, entry := range bank.Entries() {
		if _, _, err := db.PutEntry(p.ctx, workspace.Key, entry); err != nil {
			return err
		}
	}
	rules := models.Rules{Workspace: workspace.Key, Metrics: models.StandardMetrics(), Zone: zone, Now: now, NewID: store.NewID, Persons: persons}
	bar := progressbar.NewOptions(-1, progressbar.OptionSetWriter(p.stderr), progressbar.OptionSetDescription("loading the sample bank"),
		progressbar.OptionSetVisibility(isTerminal(p.stderr)), progressbar.OptionClearOnFinish(), progressbar.OptionShowCount())
	loaded := 0
	chunk := make([]models.Submission, 0, 1000)
	flush := func() error {
		loaded += len(chunk)
		_ = bar.Set(loaded) // nothing depends on the bar
		err := storeChunk(p.ctx, writer, rules, chunk)
		chunk = chunk[:0]
		return err
	}
	invitations := bank.NewInvitations()
	for submission := range bank.Submissions() {
		invitations.Add(submission)
		if chunk = append(chunk, submission); len(chunk) == cap(chunk) {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	if err := storeInvitations(p.ctx, db, workspace.Key, invitations.All(), rules); err != nil {
		return err
	}
	figures, err := loadFigures(p.ctx, db, workspace.Key, bank, models.ObservationRules{Today: models.DayOf(now, zone), NewID: store.NewID, Persons: persons})
	if err != nil {
		return err
	}
	_ = bar.Finish()
	_, err = fmt.Fprintf(p.stdout, "Loaded the sample bank: %d responses and %d figures of three years.\n", loaded, figures)
	return err
}

func storeChunk(ctx context.Context, writer *ingest.Writer, rules models.Rules, chunk []models.Submission) error {
	accepted := make([]models.Accepted, len(chunk))
	for i, submission := range chunk {
		var err error
		if accepted[i], err = submission.Check(rules); err != nil {
			return err
		}
	}
	outcomes, err := writer.RecordAll(ctx, accepted)
	for _, o := range outcomes {
		err = errors.Join(err, o.Err)
	}
	return err
}

// loadFigures stores the bank's KPIs with their observations and targets, and gives how many observations there are.
func loadFigures(ctx context.Context, db *store.Store, workspace string, bank *sample.Bank, rules models.ObservationRules) (int, error) {
	kpis := map[string]models.KPI{}
	for _, k := range bank.KPIs() {
		stored, _, err := db.PutKPI(ctx, workspace, k)
		if err != nil {
			return 0, err
		}
		kpis[k.Key] = stored
	}
	for _, t := range bank.KPITargets() {
		if _, err := db.PutKPITarget(ctx, workspace, t); err != nil {
			return 0, err
		}
	}
	loaded, of := 0, ""
	chunk := make([]models.SubmittedObservation, 0, 1000)
	flush := func() error {
		loaded += len(chunk)
		rules.KPI = kpis[of]
		err := storeFigures(ctx, db, workspace, rules, chunk)
		chunk = chunk[:0]
		return err
	}
	for kpi, observation := range bank.Observations() {
		if kpi != of || len(chunk) == cap(chunk) {
			if err := flush(); err != nil {
				return loaded, err
			}
		}
		of, chunk = kpi, append(chunk, observation)
	}
	return loaded, flush()
}

func storeFigures(ctx context.Context, db *store.Store, workspace string, rules models.ObservationRules, chunk []models.SubmittedObservation) error {
	if len(chunk) == 0 {
		return nil
	}
	batch := make([]models.AcceptedObservation, len(chunk))
	for i, submitted := range chunk {
		var err error
		if batch[i], err = submitted.Check(rules); err != nil {
			return err
		}
	}
	outcomes, err := db.CommitObservations(ctx, workspace, rules.KPI.Key, batch, models.EachByItself)
	for _, o := range outcomes {
		err = errors.Join(err, o.Err)
	}
	return err
}
