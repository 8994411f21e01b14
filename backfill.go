package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/mittari/mittari/metrics"
	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/store"
)

// historyYears is how far back a history goes that nobody gave a beginning for.
const historyYears = 5

// backfillCommand writes the history of the series. It only reads, so that a server may be running.
type backfillCommand struct {
	databaseSettings
	dropSettings
	Drops     bool   `help:"Also what drop detection told, by the floors given: nearly twice as much to write."`
	Workspace string `help:"Only this workspace; without it all of them."`
	Since     string `placeholder:"YYYY-MM-DD" help:"The first day; without it five years ago."`
	Until     string `placeholder:"YYYY-MM-DD" help:"The day after the last one, best the one on which Prometheus began to look; without it today: days that are not over are left out."`
}

// Help says what to do with what is written.
func (backfillCommand) Help() string {
	return `The scores, targets and figures of KPIs as they stood after each day, as OpenMetrics text on standard output. For example:

  mittari backfill --since 2024-01-01 > history.om
  promtool tsdb create-blocks-from --max-block-duration=5000h openmetrics history.om /path/to/prometheus/data

The file ends with "# EOF". Without it, it is not whole (the command was interrupted, or failed), and promtool refuses it.
Prometheus deletes what is older than --storage.tsdb.retention.time, 15 days unless it is set.`
}

// Run writes the history; interrupted, it fails and leaves a file that promtool refuses.
func (c *backfillCommand) Run(p *program) error {
	now := time.Now()
	period, err := c.period(now)
	if err := errors.Join(err, c.check()); err != nil {
		return err
	}
	return withStore(p, c.databaseSettings, func(ctx context.Context, db *store.Store) error {
		workspaces, err := workspacesOf(ctx, db, c.Workspace)
		if err != nil {
			return err
		}
		bar := progressbar.NewOptions(period.Days()*len(workspaces), progressbar.OptionSetWriter(p.stderr), progressbar.OptionSetDescription("writing history"),
			progressbar.OptionSetVisibility(isTerminal(p.stderr)), progressbar.OptionClearOnFinish(), progressbar.OptionShowCount())
		history := metrics.History{Source: db, Log: newLogger(p, "warn"), Now: now, Period: period, Drops: c.Drops, Watch: c.watch(),
			Told: func() { _ = bar.Add(1) }} // nothing depends on the bar
		err = history.Write(ctx, p.stdout, workspaces)
		_ = bar.Finish()
		if ctx.Err() != nil {
			return errors.New(`interrupted: what was written has no "# EOF" at its end, so promtool refuses it; run it again`)
		}
		return err
	})
}

// period is what the flags say, with every fault of them at once.
func (c *backfillCommand) period(now time.Time) (models.Period, error) {
	today := models.DayOf(now, time.UTC)
	year, month, day := now.UTC().Date()
	since := models.DayOf(time.Date(year-historyYears, month, day, 0, 0, 0, 0, time.UTC), time.UTC)
	period := models.Period{Since: since, Until: today + 1} // it may be tomorrow where the workspace is
	var faults []error
	for _, flag := range []struct {
		name, value string
		day         *models.Day
	}{{"--since", c.Since, &period.Since}, {"--until", c.Until, &period.Until}} {
		if flag.value == "" {
			continue
		}
		day, err := models.ParseDay(flag.value)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", flag.name, err))
			continue
		}
		*flag.day = day
	}
	if len(faults) == 0 && period.Days() < 1 {
		faults = append(faults, fmt.Errorf("--since must be before --until, is %s and %s", period.Since, period.Until))
	}
	return period, errors.Join(faults...)
}
