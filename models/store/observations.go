package store

import (
	"context"
	"errors"
	"slices"

	"gorm.io/gorm"

	"github.com/mittari/mittari/models"
)

// currentObservation is what can be there once only.
const currentObservation = "ON CONFLICT (workspace, kpi, period, start, touchpoint, channel, segment, team, person) WHERE replaced_at IS NULL "

// observationsTable takes figures that are not known. Where another one holds
// for the same period and keys, it only ends that one; see addObservations.
func observationsTable() table {
	return table{
		name: "observations",
		columns: []string{"workspace", "kpi", "id", "period", "start", "touchpoint", "channel", "segment", "team", "person",
			"value", "size", "recorded_at"},
		types: []string{"text", "text", "uuid", "text", "integer", "text", "text", "text", "text", "text",
			"double precision", "double precision", "timestamptz"},
		then: currentObservation + `DO UPDATE SET replaced_at = excluded.recorded_at
			WHERE observations.value <> excluded.value OR observations.size IS DISTINCT FROM excluded.size RETURNING id`,
	}
}

// replacementsTable takes figures whose forerunners have ended; those that hold already stay.
func replacementsTable() table {
	t := observationsTable()
	t.then = currentObservation + "DO NOTHING RETURNING id"
	return t
}

// errNotKept takes back a transaction whose outcomes are wanted all the same.
var errNotKept = errors.New("not to be kept")

// CommitObservations stores a batch of one KPI's observations in one
// transaction, with the catalog keys and the revision that follow; the outcomes
// are in the batch's order. Another figure for the same period and keys ends
// the one that held. Of observations of the same period and keys in one batch
// the last holds, and the others were never known.
//
// An error means that nothing was stored. NotFound: there is no such KPI;
// Conflict: it is defined otherwise by now.
func (s *Store) CommitObservations(ctx context.Context, workspace, kpi string, batch []models.AcceptedObservation, mode models.BatchMode) ([]models.ObservationOutcome, error) {
	var outcomes []models.ObservationOutcome
	var created []kindKey
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		outcomes = make([]models.ObservationOutcome, len(batch))
		if err := s.lockKPI(tx, workspace, kpi, batch); err != nil {
			return err
		}
		if err := settleGrains(tx, workspace, kpi, batch, outcomes); err != nil {
			return err
		}
		if mode == models.AllOrNothing && slices.ContainsFunc(outcomes, func(o models.ObservationOutcome) bool { return o.Err != nil }) {
			return errNotKept
		}
		last := lastOfEach(batch, outcomes)
		if err := s.addObservations(tx, workspace, batch, last, outcomes); err != nil {
			return err
		}
		var err error
		if created, err = s.followObservations(tx, workspace, kpi, batch, outcomes); err == nil && mode == models.CheckOnly {
			err = errNotKept
		}
		return err
	})
	if errors.Is(err, errNotKept) {
		return outcomes, nil
	}
	if err != nil {
		return nil, err
	}
	s.known.add(workspace, created)
	return outcomes, nil
}

// lockKPI makes writers of one KPI wait for one another, and for whoever defines it anew.
func (s *Store) lockKPI(tx *gorm.DB, workspace, kpi string, batch []models.AcceptedObservation) error {
	now, err := kpiByKey(s.locked(tx), workspace, kpi)
	if err != nil {
		return err
	}
	for _, a := range batch {
		if then := a.KPI(); then.Key != kpi || then.Redefine(now) != nil || now.Redefine(then) != nil {
			return models.Errorf(models.Conflict, "KPI %q was defined anew meanwhile; send the observations again", kpi)
		}
	}
	return nil
}

// settleGrains holds every observation against the one length of period that
// its grain has, and notes those of new grains. What does not fit gets an error.
func settleGrains(tx *gorm.DB, workspace, kpi string, batch []models.AcceptedObservation, outcomes []models.ObservationOutcome) error {
	var known []grainRow
	if err := tx.Where("workspace = ? AND kpi = ?", workspace, kpi).Find(&known).Error; err != nil {
		return err
	}
	lengths := map[models.Grain]models.PeriodLength{}
	for _, g := range known {
		lengths[g.Grain] = g.Period
	}
	var fresh []grainRow
	for i, a := range batch {
		o := a.Observation()
		grain := o.Grain()
		length, settled := lengths[grain]
		if !settled {
			lengths[grain], length = o.Period, o.Period
			fresh = append(fresh, grainRow{workspace, kpi, grain, o.Period})
		}
		if length != o.Period {
			outcomes[i].Err = models.OverlappingPeriods(kpi, grain, length, o.Period)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	return tx.Create(&fresh).Error
}

// lastOfEach are the places of the observations to be stored, the last of each period and keys.
func lastOfEach(batch []models.AcceptedObservation, outcomes []models.ObservationOutcome) map[models.Observation]int {
	last := make(map[models.Observation]int, len(batch))
	for i, a := range batch {
		if outcomes[i].Err == nil {
			last[a.Observation().Slot()] = i
		}
	}
	return last
}

// addObservations writes the observations and tells of each what it was. The
// first statement stores those of new periods and keys and ends other figures;
// the second one stores what takes their place.
func (s *Store) addObservations(tx *gorm.DB, workspace string, batch []models.AcceptedObservation, last map[models.Observation]int, outcomes []models.ObservationOutcome) error {
	now := s.now()
	var written rows
	places := map[string]int{} // by id
	for i, a := range batch {
		o := a.Observation()
		if at, stored := last[o.Slot()]; stored && at == i {
			places[o.ID] = i
			written = append(written, text(workspace), text(o.KPI), id(o.ID), text(string(o.Period)), integer(int(o.Start)), text(o.Keys[models.Touchpoint]), text(o.Keys[models.Channel]),
				text(o.Keys[models.Segment]), text(o.Keys[models.Team]), text(o.Person), float(o.Value), floatOrNull(o.Size), moment(now))
		}
	}
	touched, err := observationsTable().insert(tx, s.dialect, written)
	if err != nil {
		return err
	}
	for _, id := range touched {
		if i, mine := places[id]; mine {
			outcomes[i].New = true
			delete(places, id)
		}
	}
	var open rows
	for row := range slices.Chunk(written, len(observationsTable().columns)) {
		if _, is := places[row[2].text]; is {
			open = append(open, row...)
		}
	}
	stored, err := replacementsTable().insert(tx, s.dialect, open)
	for _, id := range stored {
		outcomes[places[id]].Replaced = true
	}
	for i, a := range batch { // those that a later one of the batch took the place of
		if at, stored := last[a.Observation().Slot()]; stored && outcomes[i].Err == nil && at != i {
			outcomes[i], outcomes[at] = outcomes[at], models.ObservationOutcome{Replaced: true}
		}
	}
	return err
}

// followObservations writes what follows from figures that are new or other than before.
func (s *Store) followObservations(tx *gorm.DB, workspace, kpi string, batch []models.AcceptedObservation, outcomes []models.ObservationOutcome) ([]kindKey, error) {
	used := map[models.Keys]bool{}
	for i, a := range batch {
		if outcomes[i].New || outcomes[i].Replaced {
			used[a.Observation().Keys] = true
		}
	}
	if len(used) == 0 {
		return nil, nil
	}
	if err := s.addRevisions(tx, workspace, map[models.Revision]bool{models.KPIRevision(kpi): true}); err != nil {
		return nil, err
	}
	return s.createKeys(tx, workspace, used)
}

// FindObservations gives the observations that the filter selects, the latest recorded first, Limit at most.
func (s *Store) FindObservations(ctx context.Context, workspace, kpi string, f models.ObservationFilter) ([]models.Observation, error) {
	find := whereKeys(s.read.WithContext(ctx).Where("workspace = ? AND kpi = ?", workspace, kpi), f.Keys)
	switch {
	case !f.AsOf.IsZero():
		find = find.Where("recorded_at <= ? AND (replaced_at IS NULL OR replaced_at > ?)", f.AsOf.UTC(), f.AsOf.UTC())
	case !f.Begun.IsZero():
		find = find.Where("(replaced_at IS NULL OR replaced_at > ?)", f.Begun.UTC())
	default:
		find = find.Where("replaced_at IS NULL")
	}
	if f.Period != "" {
		find = find.Where("period = ?", f.Period)
	}
	if find = find.Where("start >= ?", f.Starts.Since); f.Starts.Until != 0 {
		find = find.Where("start < ?", f.Starts.Until)
	}
	switch {
	case f.Person != "":
		find = find.Where("person = ?", f.Person)
	case !f.WithPersons:
		find = find.Where("person = ''")
	}
	return observationsIn(latest(find, f.Before, f.Limit))
}

func observationsIn(find *gorm.DB) ([]models.Observation, error) {
	var rows []observationRow
	if err := find.Find(&rows).Error; err != nil {
		return nil, err
	}
	observations := make([]models.Observation, len(rows))
	for i, r := range rows {
		observations[i] = r.observation()
	}
	return observations, nil
}

// EachKPIPart calls do with what the KPI's observations of the periods that
// begin in a run of days add up to: those with keys one by one, those of persons together.
func (s *Store) EachKPIPart(ctx context.Context, workspace, kpi string, starts models.Period, do func(models.KPIPart) error) error {
	const where = "workspace = ? AND kpi = ? AND replaced_at IS NULL AND start >= ? AND start < ? AND person "
	find := s.read.WithContext(ctx).Model(&observationRow{})
	rows, err := find.Where(where+"= ''", workspace, kpi, starts.Since, starts.Until).
		Select("period, start, touchpoint, channel, segment, team, value, size").Rows()
	if err != nil {
		return err
	}
	err = eachRow(rows, func() error {
		var r observationRow
		if err := rows.Scan(&r.Period, &r.Start, &r.Touchpoint, &r.Channel, &r.Segment, &r.Team, &r.Value, &r.Size); err != nil {
			return err
		}
		o := r.observation()
		return do(models.KPIPart{KPISum: o.Sum(), Period: o.Period, Start: o.Start, Grain: o.Grain(), Keys: o.Keys})
	})
	if err != nil {
		return s.domainError(err)
	}
	find = s.read.WithContext(ctx).Model(&observationRow{})
	rows, err = find.Where(where+"<> ''", workspace, kpi, starts.Since, starts.Until).Group("period, start").
		Select("period, start, SUM(value), COALESCE(SUM(size * value), 0), COALESCE(SUM(size), 0), COUNT(*)").Rows()
	if err != nil {
		return err
	}
	err = eachRow(rows, func() error {
		p := models.KPIPart{Grain: models.PersonGrain}
		if err := rows.Scan(&p.Period, &p.Start, &p.Value, &p.Weighted, &p.Size, &p.People); err != nil {
			return err
		}
		return do(p)
	})
	return s.domainError(err)
}
