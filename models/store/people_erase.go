package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/mittari/mittari/models"
)

// erasureBatch is how many responses one transaction erases at most.
const erasureBatch = 200

// ErasePerson deletes what is stored of a person under a name: responses with their answers
// and comments, and invitations. What they count to stays counted, or leaves the
// rollups with KeepScores and DeleteScores respectively; see also eraseFigures. How many were asked stays in either case.
//
// Each transaction erases a few hundred responses and says so in the audit log, by
// alias; the last one erases the rest. An error leaves what the ones before have
// done: to call it again goes on from there. What is being stored meanwhile may be left.
func (s *Store) ErasePerson(ctx context.Context, workspace, name, alias string, scores models.Kept) (models.Erasure, error) {
	var done models.Erasure
	for after, last := "", false; !last; {
		ids, err := s.responsesOf(ctx, workspace, name, after)
		if err != nil {
			return done, err
		}
		last = len(ids) < erasureBatch
		var erased models.Erasure
		err = s.transaction(ctx, func(tx *gorm.DB) error {
			erased = models.Erasure{}
			if err := s.eraseResponsesOf(tx, workspace, name, ids, scores, &erased); err != nil {
				return err
			}
			if last {
				if err := s.eraseRest(tx, workspace, name, scores, &erased); err != nil {
					return err
				}
			}
			return s.audit(tx, workspace, models.AuditEntry{Act: models.PersonErased, Object: alias, Counts: erased.Counts()})
		})
		if err != nil {
			return done, err
		}
		done = done.Add(erased)
		if !last {
			after = ids[len(ids)-1]
		}
	}
	return done, nil
}

// responsesOf are the next ids of a person's responses after one. There is no index
// of persons: all pages together read the workspace's responses once, outside of any write transaction.
func (s *Store) responsesOf(ctx context.Context, workspace, name, after string) ([]string, error) {
	find := s.read.WithContext(ctx).Select("id").Where("workspace = ? AND person = ?", workspace, name)
	var rows []responseRow
	err := earliest(find, after, erasureBatch).Find(&rows).Error
	return idsOf(rows), err
}

// eraseResponsesOf locks the responses first, in one order, and waits for others then, as all do who change a response.
func (s *Store) eraseResponsesOf(tx *gorm.DB, workspace, name string, ids []string, scores models.Kept, erased *models.Erasure) error {
	if len(ids) == 0 {
		return nil
	}
	var rows []responseRow
	err := s.locked(tx).Where("workspace = ? AND id IN ? AND person = ?", workspace, ids, name).Order("id").Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return err
	}
	erased.Responses = int64(len(rows))
	if err := firstError(s.waitForOthers(tx, workspace), s.announceErased(tx, workspace, models.PersonErasedEvent, idsOf(rows))); err != nil {
		return err
	}
	if scores == models.KeepScores {
		return s.deleteCounted(tx, workspace, idsOf(rows), s.forgetHeld)
	}
	responses, err := s.withAnswers(tx, workspace, rows)
	if err := firstError(err, deleteResponses(tx, workspace, idsOf(rows))); err != nil {
		return err
	}
	var changed []models.Count
	for i, r := range responses {
		counts, err := s.uncounted(tx, r, rows[i].Day)
		if err != nil {
			return err
		}
		changed = append(changed, counts...)
	}
	return s.addCounts(tx, workspace, changed)
}

// forgetHeld takes responses out of what is held and leaves their answers there as
// nobody's: those that wait go on waiting, and those in lots are given to be settled. Comments
// go, and the lots of comments that they are in are taken apart, as when a response is erased.
//
// Their times are cut to days, and so tell nothing that day does not tell.
func (s *Store) forgetHeld(tx *gorm.DB, workspace string, ids []string) ([]heldRow, error) {
	const of = "workspace = ? AND response_id IN ?"
	var own, inLots []heldRow
	if err := tx.Where(of, workspace, ids).Find(&own).Error; err != nil || len(own) == 0 {
		return nil, err
	}
	var said []string
	var waiting []models.Held
	for _, r := range own {
		r.Since = r.Since.UTC().Truncate(24 * time.Hour)
		switch {
		case r.Comment && r.Lot != nil:
			said = append(said, *r.Lot)
		case r.Comment:
		case r.Lot != nil:
			inLots = append(inLots, r)
		default:
			waiting = append(waiting, nobodys(r))
		}
	}
	if err := tx.Where(of, workspace, ids).Delete(&heldRow{}).Error; err != nil {
		return nil, err
	}
	_, err := s.takeApart(tx, workspace, "", said) // comments count nowhere
	return inLots, firstError(err, s.putHeld(tx, workspace, waiting))
}

// eraseRest erases what else is stored of a person.
func (s *Store) eraseRest(tx *gorm.DB, workspace, name string, scores models.Kept, erased *models.Erasure) error {
	invitations := tx.Where("workspace = ? AND person = ?", workspace, name).Delete(&invitationRow{})
	if invitations.Error != nil {
		return invitations.Error
	}
	erased.Invitations = invitations.RowsAffected
	return s.eraseFigures(tx, workspace, name, scores, erased)
}

// eraseFigures deletes a person's figures, or only those that were replaced: those that hold
// stay in what the KPI adds up to then, each under a name of its own.
func (s *Store) eraseFigures(tx *gorm.DB, workspace, name string, scores models.Kept, erased *models.Erasure) error {
	const of = "workspace = ? AND person = ? AND person <> ''"
	var kpis []string
	if err := tx.Model(&observationRow{}).Where(of, workspace, name).Distinct().Pluck("kpi", &kpis).Error; err != nil || len(kpis) == 0 {
		return err
	}
	if scores == models.KeepScores {
		kept := tx.Model(&observationRow{}).Where(of+" AND replaced_at IS NULL", workspace, name).
			UpdateColumn("person", gorm.Expr("'"+models.ErasedPrefix+"' || CAST(id AS text)"))
		if kept.Error != nil {
			return kept.Error
		}
		erased.Observations = kept.RowsAffected
	}
	deleted := tx.Where(of, workspace, name).Delete(&observationRow{})
	erased.Observations += deleted.RowsAffected
	changed := map[models.Revision]bool{}
	for _, kpi := range kpis {
		changed[models.KPIRevision(kpi)] = true
	}
	return firstError(deleted.Error, s.addRevisions(tx, workspace, changed))
}
