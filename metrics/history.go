package metrics

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/mittari/mittari/models"
)

// History tells the past of the series: what the exporter would have published
// at each midnight of a workspace, of the answers and figures as they are known
// now. All parts must be given.
//
// It tells no more than the series did, had they been scraped: an answer of
// employees counts on the day of the last of its lot, so that every day's figures
// are sums over whole lots; thresholds, catalogs, models and the definitions of
// metrics and KPIs are today's.
type History struct {
	Source Source
	Log    *slog.Logger
	Now    time.Time
	Period models.Period // the days that are told of, those that are over
	Drops  bool          // tell of drops, declines and volumes, too
	Watch  models.WatchSettings
	Told   func() // called after each day of each workspace
}

// Write writes the history of the workspaces in the OpenMetrics text format,
// ordered by time as promtool wants it, not by family, so that one day of one metric is held
// at a time. Without its last line, "# EOF", it is not whole, and promtool refuses it.
func (h History) Write(ctx context.Context, out io.Writer, workspaces []models.Workspace) error {
	p := &pastWriter{History: h, out: bufio.NewWriterSize(out, 1<<20)}
	for _, m := range workspaces {
		if err := p.workspace(ctx, m); err != nil {
			return err
		}
	}
	if _, err := p.out.WriteString("# EOF\n"); err != nil {
		return err
	}
	return p.out.Flush()
}

// pastWriter is a History that is being written.
type pastWriter struct {
	History
	out   *bufio.Writer
	begun [familyCount]bool
}

func (p *pastWriter) workspace(ctx context.Context, m models.Workspace) error {
	zone, err := m.Zone()
	if err != nil {
		return err
	}
	first, last := p.Period.Since+1, min(p.Period.Until, models.DayOf(p.Now, zone))
	w := newWorkspace(m, zone, first.Start(zone), bounds{DefaultMaxCombinations, p.Watch})
	if w.catalog, err = readCatalog(ctx, p.Source, m.Key); err != nil {
		return err
	}
	w.addKeys(w.catalog)
	figures := newPastKPIs(w)
	answered := models.Period{Since: longest(first).Since, Until: first} // today, at its first moment, has no answers
	for today := first; today <= last; today++ {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		w.moveTo(today)
		for _, part := range parts(answered) {
			if err := w.readScores(ctx, p.Source, part); err != nil {
				return err
			}
		}
		if err := figures.moveTo(ctx, p.Source, today); err != nil {
			return err
		}
		if err := p.write(w); err != nil {
			return err
		}
		p.Told()
		answered = models.Period{Since: today, Until: today + 1}
	}
	if w.unread > 0 {
		p.Log.WarnContext(ctx, "counts that no metric of the workspace can read are left out of the history",
			"workspace", m.Key, "rows", w.unread)
	}
	return nil
}

// readScores reads what all metrics' scores of a period are made of.
func (w *workspace) readScores(ctx context.Context, source Source, p models.Period) error {
	for _, metric := range w.catalog.metrics.Keys() {
		if err := w.read(ctx, source, metric, p); err != nil {
			return err
		}
	}
	return nil
}

// write writes what the workspace tells at the first moment of its today.
func (p *pastWriter) write(w *workspace) error {
	now := w.today.Start(w.zone)
	for _, metric := range slices.Sorted(maps.Keys(w.tallies)) {
		var s series
		w.scoreSeries(&s, w.tallies[metric])
		if p.Drops {
			w.dropSeries(&s, w.tallies[metric])
		} else {
			w.targetSeries(&s, w.tallies[metric])
		}
		if err := p.series(&s, now); err != nil {
			return err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(w.kpis)) {
		var s series
		w.kpiSeries(&s, key)
		if err := p.series(&s, now); err != nil {
			return err
		}
	}
	return nil
}

// series writes series with their time, and before the first of a family what the family is.
func (p *pastWriter) series(s *series, at time.Time) error {
	t, err := s.encode()
	if err != nil {
		return err
	}
	stamp := fmt.Appendf(nil, " %d\n", at.Unix())
	for i, f := range families() {
		if len(t.families[i]) > 0 && !p.begun[i] {
			p.begun[i] = true
			if _, err := p.out.WriteString(f.header()); err != nil {
				return err
			}
		}
		if _, err := p.out.Write(bytes.ReplaceAll(t.families[i], []byte("\n"), stamp)); err != nil {
			return err
		}
	}
	return nil
}
