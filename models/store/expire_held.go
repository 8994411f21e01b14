package store

import (
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/mittari/mittari/models"
)

// expireHeld takes responses that are being deleted out of what is held, and gives
// their answers that are in lots. The comments of a lot are told together and not
// at all any more once one of them is deleted: who sees a single one go knows when it was given.
func (s *Store) expireHeld(tx *gorm.DB, workspace string, ids []string) ([]heldRow, error) {
	const of = "workspace = ? AND response_id IN ?"
	var own, inLots []heldRow
	err := tx.Where(of, workspace, ids).Find(&own).Error
	if err != nil || len(own) == 0 {
		return nil, err
	}
	var said []string // in these lots
	for _, r := range own {
		switch {
		case r.Lot == nil:
		case r.Comment:
			said = append(said, *r.Lot)
		default:
			r.Since = s.now()
			inLots = append(inLots, r)
		}
	}
	if len(said) > 0 {
		if err := tx.Where("workspace = ? AND comment AND lot IN ?", workspace, said).Delete(&heldRow{}).Error; err != nil {
			return nil, err
		}
	}
	return inLots, tx.Where(of, workspace, ids).Delete(&heldRow{}).Error
}

// settleLots gives what lots counted to of which nothing is stored any more. As long
// as a response of a lot is stored, it may still be taken apart: what was deleted of
// the lot remains in it under ids of no response, so that it leaves the rollups with
// the rest, and comes back with others only. These ids tell no time either: it would tell
// beside the audit log whose they were.
func (s *Store) settleLots(tx *gorm.DB, workspace string, deleted []heldRow) ([]models.Count, error) {
	if len(deleted) == 0 {
		return nil, nil
	}
	lots := make([]string, len(deleted))
	for i, r := range deleted {
		lots[i] = *r.Lot
	}
	var left []heldRow
	if err := tx.Where("workspace = ? AND lot IN ?", workspace, lots).Find(&left).Error; err != nil {
		return nil, err
	}
	stored, err := storedOf(tx, workspace, left)
	if err != nil {
		return nil, err
	}
	alive := map[string]bool{}
	for _, r := range left {
		_, is := stored[r.ResponseID]
		alive[*r.Lot] = alive[*r.Lot] || is
	}
	var counts []models.Count
	var remain []models.Held
	for _, r := range deleted {
		if alive[*r.Lot] {
			remain = append(remain, nobodys(r))
		}
	}
	for _, r := range append(deleted, left...) {
		if h := r.held(); !alive[*r.Lot] {
			counts = append(counts, h.Count(1))
		}
	}
	lots = slices.DeleteFunc(lots, func(lot string) bool { return alive[lot] })
	if len(lots) > 0 {
		err = tx.Where("workspace = ? AND lot IN ?", workspace, lots).Delete(&heldRow{}).Error
	}
	return counts, firstError(err, s.putHeld(tx, workspace, remain))
}

// nobodys is an answer under an id of no response.
func nobodys(r heldRow) models.Held {
	h := r.held()
	h.ResponseID, h.Touchpoint = uuid.NewString(), ""
	return h
}

// storedOf are the responses that there are, of those that are held, by id: their days and keys.
func storedOf(tx *gorm.DB, workspace string, held []heldRow) (map[string]responseRow, error) {
	ids := make([]string, len(held))
	for i, r := range held {
		ids[i] = r.ResponseID
	}
	var rows []responseRow
	err := tx.Select("id", "day", "survey", "touchpoint", "channel", "segment", "team").
		Where("workspace = ? AND id IN ?", workspace, ids).Find(&rows).Error
	if err != nil {
		return nil, err
	}
	stored := make(map[string]responseRow, len(rows))
	for _, r := range rows {
		stored[r.ID] = r
	}
	return stored, nil
}

// takeSmallBack makes answers wait again that are deleted and counted in groups smaller
// than the metric's threshold, as far as they are known: how many gave which score. It gives
// what they were counted as.
func (s *Store) takeSmallBack(tx *gorm.DB, workspace string, m models.Metric) ([]models.Count, error) {
	var rows []countRow
	err := tx.Raw(`SELECT * FROM (SELECT *, SUM(n) OVER (PARTITION BY day, survey, touchpoint, channel, segment, team) AS together
		FROM expired WHERE workspace = ? AND metric = ?) AS those WHERE n > 0 AND together < ?`, workspace, m.Key, m.Threshold).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	counts := make([]models.Count, len(rows))
	var held []models.Held
	for i, r := range rows {
		counts[i] = r.count()
		for range r.N {
			held = append(held, models.Held{ResponseID: NewID(), Metric: r.Metric, Score: r.Score, Day: r.Day, Keys: counts[i].Keys, Since: s.now()})
		}
	}
	err = firstError(s.putHeld(tx, workspace, held), s.addExpired(tx, workspace, negative(slices.Clone(counts))))
	return counts, err
}
