package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/mittari/mittari/models"
)

// ReplaceResponse puts a response from a source in the place of the one of its submission_id, with the id that that has,
// if it is not older; see models.Response.ChangedAt. What the one before counted to is corrected in the same transaction. An
// excluded one stays excluded. The same again changes nothing but when it was the state of the response last. What arrived is counted once: of the later response only answers to what the one before did not answer.
//
// It is a Conflict when the one before came from no source, or when some of either is counted in lots only: who may replace such
// answers could find out by that what others of the lot said.
func (s *Store) ReplaceResponse(ctx context.Context, later models.Accepted) (id string, fate models.Fate, err error) {
	var created []kindKey
	workspace := later.Response().Workspace
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		var row responseRow
		found := s.locked(tx).Where("workspace = ? AND submission_id = ?", workspace, later.Response().SubmissionID).Limit(1).Find(&row)
		if found.Error == nil && found.RowsAffected == 0 {
			return errAgain // erased since it was in our way
		}
		if found.Error != nil {
			return found.Error
		}
		id = row.ID
		switch {
		case [32]byte(row.Digest) == later.Digest():
			fate = models.Known
			return noteChange(tx, row, later.Response().ChangedAt)
		case row.ChangedAt == nil:
			return models.Errorf(models.Conflict, "submission_id %q was stored before, as response %s, by another road than a source; what came from a source does not replace it",
				later.Response().SubmissionID, row.ID)
		case later.Response().ChangedAt.Before(row.ChangedAt.UTC()):
			fate = models.Ignored
			return nil
		}
		fate = models.Replaced
		created, err = s.replaceRow(tx, row, later)
		return err
	})
	if err != nil {
		return "", "", err
	}
	s.known.add(workspace, created)
	return id, fate, nil
}

// noteChange notes that what is stored is the state of a later time, too.
func noteChange(tx *gorm.DB, row responseRow, changed time.Time) error {
	if row.ChangedAt == nil || !row.ChangedAt.Before(changed) {
		return nil
	}
	return tx.Model(&responseRow{}).Where("workspace = ? AND id = ?", row.Workspace, row.ID).Update("changed_at", changed).Error
}

func (s *Store) replaceRow(tx *gorm.DB, row responseRow, later models.Accepted) ([]kindKey, error) {
	responses, err := s.withAnswers(tx, row.Workspace, []responseRow{row})
	if err != nil {
		return nil, err
	}
	before := responses[0]
	held, err := s.ownHeld(tx, row.Workspace, row.ID)
	if err == nil && (len(held) > 0 || len(later.Held()) > 0) {
		err = models.Errorf(models.Conflict, "response %s holds anonymous answers, which stay as they came first; it was not replaced", row.ID)
	}
	if err != nil {
		return nil, err
	}
	metrics, err := metricsOf(tx, row.Workspace)
	if err != nil {
		return nil, err
	}
	later = later.As(before.ID)
	after := *later.Response()
	after.Excluded = before.Excluded
	f := followingFrom(row.Workspace, []models.Accepted{later})
	f.tally = newTally()
	f.counts.add(negative(before.Counts(row.Day, metrics, notHeld)))
	f.counts.add(after.Counts(later.Day(), metrics, notHeld))
	for _, a := range later.ArrivalsBeyond(before) {
		f.arrivals[a]++
	}
	if err := updateResponse(tx, after, later); err != nil {
		return nil, err
	}
	if err := tx.Where("workspace = ? AND response_id = ?", row.Workspace, row.ID).Delete(&answerRow{}).Error; err != nil {
		return nil, err
	}
	if _, err := answersTable().insert(tx, s.dialect, f.answers); err != nil {
		return nil, err
	}
	created, err := s.createKeys(tx, row.Workspace, f.used)
	if err != nil {
		return nil, err
	}
	hooks, err := s.known.webhooks(tx, row.Workspace, s.now())
	return created, firstError(err, s.addTally(tx, row.Workspace, f.tally), s.announce(tx, row.Workspace, later.MessagesBeyond(before, hooks)))
}

func notHeld(models.Answer) bool { return false }

// updateResponse writes all that a later response says over the one that is stored.
func updateResponse(tx *gorm.DB, r models.Response, later models.Accepted) error {
	digest := later.Digest()
	row := responseRow{Digest: digest[:], Survey: r.Survey, Touchpoint: r.Touchpoint, Channel: r.Channel, Segment: r.Segment, Team: r.Team, Person: r.Person,
		Day: later.Day(), CollectedAt: r.CollectedAt, Language: r.Language, Solicited: r.Solicited, Properties: r.Properties, Tags: r.Tags, ChangedAt: &r.ChangedAt}
	return tx.Model(&responseRow{}).Where("workspace = ? AND id = ?", r.Workspace, r.ID).
		Select("Digest", "Survey", "Touchpoint", "Channel", "Segment", "Team", "Person", "Day", "CollectedAt", "Language", "Solicited", "Properties", "Tags", "ChangedAt").
		Updates(&row).Error
}
