package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/mittari/mittari/models"
)

// invitedRow is a row of invited.
type invitedRow struct {
	Workspace                                          string
	Day                                                models.Day
	Audience                                           models.Audience
	Survey, Touchpoint, Channel, Segment, Team, Source string
	N, Most                                            int64
}

func (invitedRow) TableName() string { return "invited" }

// slot is the row's key.
func (r invitedRow) slot() models.Invitation {
	return models.Invitation{Audience: r.Audience, Day: r.Day, Source: r.Source, Keys: models.Keys{models.Survey: r.Survey,
		models.Touchpoint: r.Touchpoint, models.Channel: r.Channel, models.Segment: r.Segment, models.Team: r.Team}}
}

func invitedTable() table {
	return table{
		name:    "invited",
		columns: []string{"workspace", "day", "audience", "survey", "touchpoint", "channel", "segment", "team", "source", "n", "most"},
		types:   []string{"text", "integer", "text", "text", "text", "text", "text", "text", "text", "bigint", "bigint"},
		then: `ON CONFLICT (workspace, day, audience, survey, touchpoint, channel, segment, team, source)
			DO UPDATE SET n = excluded.n, most = excluded.most`,
	}
}

func invitationArrivalsTable() table {
	return table{
		name:    "invitation_arrivals",
		columns: []string{"workspace", "audience", "survey", "touchpoint", "channel", "segment", "n"},
		types:   []string{"text", "text", "text", "text", "text", "text", "bigint"},
		then: `ON CONFLICT (workspace, audience, survey, touchpoint, channel, segment)
			DO UPDATE SET n = invitation_arrivals.n + excluded.n`,
	}
}

// invitedBefore are the numbers that are known for the batch's days, by slot.
func invitedBefore(tx *gorm.DB, workspace string, batch []models.AcceptedInvitation) (map[models.Invitation]invitedRow, error) {
	days := make([]models.Day, len(batch))
	for at, a := range batch {
		days[at] = a.Invitation().Day
	}
	slices.Sort(days)
	known := map[models.Invitation]invitedRow{}
	for chunk := range slices.Chunk(slices.Compact(days), 1000) {
		var rows []invitedRow
		if err := tx.Where("workspace = ? AND day IN ?", workspace, chunk).Find(&rows).Error; err != nil {
			return nil, err
		}
		for _, r := range rows {
			known[r.slot()] = r
		}
	}
	return known, nil
}

// countInvited puts the numbers in the place of those before and adds the
// persons that are fresh, in the rollups too, and gives the keys that were used.
// It notes in the outcomes which numbers are new.
func (s *Store) countInvited(tx *gorm.DB, workspace string, batch []models.AcceptedInvitation, fresh map[string]bool, outcomes []models.InvitationOutcome) (map[models.Keys]bool, error) {
	before, err := invitedBefore(tx, workspace, batch)
	if err != nil {
		return nil, err
	}
	now := map[models.Invitation]int64{}
	for at, a := range batch {
		i := a.Invitation()
		slot := i.Slot()
		_, known := before[slot]
		_, given := now[slot]
		switch {
		case i.Person == "":
			outcomes[at].New, now[slot] = !known && !given, i.N
		case fresh[i.ID] && given:
			now[slot]++
		case fresh[i.ID]:
			now[slot] = before[slot].N + 1
		}
	}
	return s.putInvited(tx, workspace, before, now)
}

// putInvited writes the numbers of slots, and what they change. Rows are written in one order everywhere.
func (s *Store) putInvited(tx *gorm.DB, workspace string, before map[models.Invitation]invitedRow, now map[models.Invitation]int64) (map[models.Keys]bool, error) {
	var written rows
	used := map[models.Keys]bool{}
	var counts []models.Count
	grown := map[models.InvitationCount]int64{}
	for _, slot := range sorted(now, compareSlots) {
		n, was, k := now[slot], before[slot], slot.Keys
		most := max(was.Most, n)
		used[k] = true
		counts = append(counts, models.Count{Metric: models.ParticipationKey(slot.Audience), Day: slot.Day, Keys: k, Score: models.Invited, N: n - was.N})
		k[models.Team] = ""
		grown[models.InvitationCount{Audience: slot.Audience, Keys: k}] += most - was.Most
		written = append(written, text(workspace), integer(int(slot.Day)), text(string(slot.Audience)), text(k[models.Survey]), text(k[models.Touchpoint]), text(k[models.Channel]),
			text(k[models.Segment]), text(slot.Keys[models.Team]), text(slot.Source), bigint(n), bigint(most))
	}
	if _, err := invitedTable().insert(tx, s.dialect, written); err != nil {
		return nil, err
	}
	return used, firstError(s.addCounts(tx, workspace, counts), s.addInvitationArrivals(tx, workspace, grown))
}

func (s *Store) addInvitationArrivals(tx *gorm.DB, workspace string, grown map[models.InvitationCount]int64) error {
	var written rows
	for _, c := range sorted(grown, compareInvitationCounts) {
		if n := grown[c]; n > 0 {
			written = append(written, text(workspace), text(string(c.Audience)), text(c.Keys[models.Survey]), text(c.Keys[models.Touchpoint]), text(c.Keys[models.Channel]), text(c.Keys[models.Segment]), bigint(n))
		}
	}
	_, err := invitationArrivalsTable().insert(tx, s.dialect, written)
	return err
}

func compareInvitationCounts(a, b models.InvitationCount) int {
	return cmp.Or(strings.Compare(string(a.Audience), string(b.Audience)), slices.Compare(a.Keys[:], b.Keys[:]))
}

func compareSlots(a, b models.Invitation) int {
	return cmp.Or(cmp.Compare(a.Day, b.Day), strings.Compare(string(a.Audience), string(b.Audience)), slices.Compare(a.Keys[:], b.Keys[:]), strings.Compare(a.Source, b.Source))
}

// FindInvitationArrivals gives how many were ever asked in the workspace, by keys.
func (s *Store) FindInvitationArrivals(ctx context.Context, workspace string) ([]models.InvitationCount, error) {
	var rows []invitedRow
	err := s.read.WithContext(ctx).Table("invitation_arrivals").Select("audience, survey, touchpoint, channel, segment, n").
		Where("workspace = ?", workspace).Find(&rows).Error
	if err != nil {
		return nil, err
	}
	counts := make([]models.InvitationCount, len(rows))
	for i, r := range rows {
		counts[i] = models.InvitationCount{Audience: r.Audience, Keys: r.slot().Keys, N: r.N}
	}
	slices.SortFunc(counts, compareInvitationCounts)
	return counts, nil
}

// policyRow is a row of invitation_policies.
type policyRow struct {
	Workspace               string `gorm:"primaryKey"`
	models.InvitationPolicy `gorm:"embedded"`
}

func (policyRow) TableName() string { return "invitation_policies" }

// InvitationPolicyByWorkspace gives for how long the workspace leaves people alone.
func (s *Store) InvitationPolicyByWorkspace(ctx context.Context, workspace string) (models.InvitationPolicy, error) {
	return policyOf(s.read.WithContext(ctx), workspace)
}

func policyOf(db *gorm.DB, workspace string) (models.InvitationPolicy, error) {
	var rows []policyRow
	if err := db.Where("workspace = ?", workspace).Find(&rows).Error; err != nil || len(rows) == 0 {
		return models.DefaultInvitationPolicy(), err
	}
	return rows[0].InvitationPolicy, nil
}

// PutInvitationPolicy sets for how long the workspace leaves people alone, if that is allowed when it is asked. Who
// was asked before a shorter policy's time is forgotten for good.
func (s *Store) PutInvitationPolicy(ctx context.Context, workspace string, p models.InvitationPolicy, when ...models.Precondition[models.InvitationPolicy]) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		if err := s.waitForOthers(tx, workspace); err != nil {
			return err
		}
		before, err := policyOf(tx, workspace)
		if err := firstError(err, models.Ask(when, before, true)); err != nil {
			return err
		}
		err = tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "workspace"}}, UpdateAll: true}).Create(&policyRow{workspace, p}).Error
		return firstError(err, s.auditChange(tx, workspace, p != before, models.AuditEntry{Act: models.InvitationPolicyPut}))
	})
}
