package store

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/mittari/mittari/models"
)

// invitationRow is a row of invitations.
type invitationRow struct {
	Workspace, ID                              string
	InvitationID                               *string
	Person                                     string
	Audience                                   models.Audience
	Survey, Touchpoint, Channel, Segment, Team string
	Day                                        models.Day
	InvitedAt                                  time.Time
}

func (invitationRow) TableName() string { return "invitations" }

func (r invitationRow) invitation() models.Invitation {
	return models.Invitation{Audience: r.Audience, Day: r.Day, N: 1, ID: r.ID, Person: r.Person, InvitationID: textOf(r.InvitationID), InvitedAt: r.InvitedAt.UTC(),
		Keys: models.Keys{models.Survey: r.Survey, models.Touchpoint: r.Touchpoint, models.Channel: r.Channel, models.Segment: r.Segment, models.Team: r.Team}}
}

func invitationsTable() table {
	return table{
		name:    "invitations",
		columns: []string{"workspace", "id", "invitation_id", "person", "audience", "survey", "touchpoint", "channel", "segment", "team", "day", "invited_at"},
		types:   []string{"text", "uuid", "text", "text", "text", "text", "text", "text", "text", "text", "integer", "timestamptz"},
	}
}

// CommitInvitations stores a batch of one workspace's invitations in one
// transaction, with the counts, catalog keys and revisions that follow; the
// outcomes are in the batch's order. With enforce a person who may not be asked
// yet by the policy is a Conflict and nothing is stored of it: writers of a
// workspace wait for one another, so that of two who ask the same person at
// once one gets the conflict, and so do two of one batch.
//
// An error means that nothing was stored.
func (s *Store) CommitInvitations(ctx context.Context, workspace string, batch []models.AcceptedInvitation, enforce bool) ([]models.InvitationOutcome, error) {
	var outcomes []models.InvitationOutcome
	var created []kindKey
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		if err := s.waitForOthers(tx, workspace); err != nil {
			return err
		}
		judged, err := s.judgeInvitations(tx, workspace, batch, enforce)
		if err != nil {
			return err
		}
		var fresh map[string]bool
		outcomes, fresh = judged.settle(batch)
		if err := s.putPersons(tx, workspace, batch, fresh); err != nil {
			return err
		}
		used, err := s.countInvited(tx, workspace, batch, fresh, outcomes)
		if err != nil || len(used) == 0 {
			return err
		}
		created, err = s.createKeys(tx, workspace, used)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.known.add(workspace, created)
	return outcomes, nil
}

// invitationJudge is what a batch's persons are held against.
type invitationJudge struct {
	given   map[string]models.Invitation // by invitation_id
	stored  map[string]bool              // by id: committed before, but its connection broke
	enforce bool
	policy  models.InvitationPolicy
	last    map[string]models.LastInvited // by person
}

func (s *Store) judgeInvitations(tx *gorm.DB, workspace string, batch []models.AcceptedInvitation, enforce bool) (invitationJudge, error) {
	j := invitationJudge{given: map[string]models.Invitation{}, stored: map[string]bool{}, enforce: enforce}
	var given, ids, persons []string
	var latest models.Day
	for _, a := range batch {
		i := a.Invitation()
		if i.Person != "" {
			given, ids = append(given, i.InvitationID), append(ids, i.ID)
			persons, latest = append(persons, i.Person), max(latest, i.Day)
		}
	}
	for chunk := range slices.Chunk(ids, 1000) {
		said := given[:len(chunk)]
		given = given[len(chunk):]
		var rows []invitationRow
		if err := tx.Where("workspace = ? AND (id IN ? OR invitation_id IN ?)", workspace, chunk, said).Find(&rows).Error; err != nil {
			return j, err
		}
		for _, r := range rows {
			j.stored[r.ID] = true
			if r.InvitationID != nil {
				j.given[*r.InvitationID] = r.invitation()
			}
		}
	}
	if !enforce || len(persons) == 0 {
		return j, nil
	}
	var err error
	if j.policy, err = policyOf(tx, workspace); err == nil {
		j.last, err = lastInvited(tx, workspace, persons, j.policy.Remembered(latest))
	}
	return j, err
}

// settle tells of each invitation whether it is new, a retry, in conflict with
// one that is stored, or too early, and gives the ids of those to be stored;
// those before it in the batch count as stored.
func (j invitationJudge) settle(batch []models.AcceptedInvitation) ([]models.InvitationOutcome, map[string]bool) {
	outcomes, fresh := make([]models.InvitationOutcome, len(batch)), map[string]bool{}
	for at, a := range batch {
		i := a.Invitation()
		earlier, known := j.given[i.InvitationID]
		switch {
		case i.Person == "":
		case j.stored[i.ID]:
			outcomes[at] = models.InvitationOutcome{ID: i.ID, New: true}
		case known && i.InvitationID != "" && earlier.RepeatedBy(i):
			outcomes[at].ID = earlier.ID
		case known && i.InvitationID != "":
			outcomes[at].Err = models.AlreadyInvited(i.InvitationID, earlier.ID)
		default:
			if outcomes[at].Err = j.tooEarly(i); outcomes[at].Err == nil {
				outcomes[at] = models.InvitationOutcome{ID: i.ID, New: true}
				j.given[i.InvitationID], fresh[i.ID] = i, true
			}
		}
	}
	return outcomes, fresh
}

// tooEarly says why the person may not be asked yet, where that is enforced; else the person is asked.
func (j invitationJudge) tooEarly(i models.Invitation) error {
	if !j.enforce {
		return nil
	}
	occasion := models.OccasionOf(i.Keys)
	if e := j.policy.Eligible(j.last[i.Person], occasion, i.Day); !e.Eligible {
		return models.NotEligible(e)
	}
	if j.last[i.Person] == nil {
		j.last[i.Person] = models.LastInvited{}
	}
	j.last[i.Person].Add(occasion, i.Day)
	return nil
}

// putPersons stores the persons' invitations that are new.
func (s *Store) putPersons(tx *gorm.DB, workspace string, batch []models.AcceptedInvitation, fresh map[string]bool) error {
	var written rows
	for _, a := range batch {
		if i := a.Invitation(); fresh[i.ID] {
			k := i.Keys
			written = append(written, text(workspace), id(i.ID), textOrNull(i.InvitationID), text(i.Person), text(string(i.Audience)), text(k[models.Survey]), text(k[models.Touchpoint]),
				text(k[models.Channel]), text(k[models.Segment]), text(k[models.Team]), integer(int(i.Day)), moment(i.InvitedAt))
		}
	}
	_, err := invitationsTable().insert(tx, s.dialect, written)
	return err
}

// FindLastInvited gives when each person was last asked, by occasion, as far as it is remembered.
func (s *Store) FindLastInvited(ctx context.Context, workspace string, persons []string, remembered models.Period) (map[string]models.LastInvited, error) {
	return lastInvited(s.read.WithContext(ctx), workspace, persons, remembered)
}

func lastInvited(db *gorm.DB, workspace string, persons []string, remembered models.Period) (map[string]models.LastInvited, error) {
	last := map[string]models.LastInvited{}
	for chunk := range slices.Chunk(persons, 1000) {
		var rows []invitationRow
		err := db.Model(&invitationRow{}).Select("person, survey, touchpoint, MAX(day) AS day").
			Where("workspace = ? AND person IN ? AND day >= ?", workspace, chunk, remembered.Since).
			Group("person, survey, touchpoint").Find(&rows).Error
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if last[r.Person] == nil {
				last[r.Person] = models.LastInvited{}
			}
			last[r.Person].Add(models.OccasionOf(models.Keys{models.Survey: r.Survey, models.Touchpoint: r.Touchpoint}), r.Day)
		}
	}
	return last, nil
}

// ForgetInvited deletes, in all workspaces, who was asked longer ago than it
// has to be remembered. The counts stay.
func (s *Store) ForgetInvited(ctx context.Context) error {
	workspaces, err := s.FindWorkspaces(ctx)
	for _, w := range workspaces {
		err = firstError(err, s.forgetInvited(ctx, w))
	}
	return err
}

func (s *Store) forgetInvited(ctx context.Context, w models.Workspace) error {
	zone, err := w.Zone()
	if err != nil {
		return err
	}
	policy, err := policyOf(s.read.WithContext(ctx), w.Key)
	if err != nil {
		return err
	}
	old := func(db *gorm.DB) *gorm.DB {
		return db.Where("workspace = ? AND day < ?", w.Key, policy.Remembered(models.DayOf(s.now(), zone)).Since)
	}
	var first []invitationRow // no write transaction where there is nothing to delete
	if err := old(s.read.WithContext(ctx)).Select("id").Limit(1).Find(&first).Error; err != nil || len(first) == 0 {
		return err
	}
	return s.transaction(ctx, func(tx *gorm.DB) error { return old(tx).Delete(&invitationRow{}).Error })
}
