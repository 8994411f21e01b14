package store

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/mittari/mittari/models"
)

// heldRow is a row of held.
type heldRow struct {
	Workspace, ResponseID, AtTouchpoint, Metric string
	Comment                                     bool
	Score                                       int
	Since                                       time.Time
	Returned                                    bool
	Lot                                         *string
	Day                                         models.Day
	Survey, Touchpoint, Channel, Segment, Team  string
	PostedBy                                    *string
}

func (heldRow) TableName() string { return "held" }

func (r heldRow) held() models.Held {
	h := models.Held{ResponseID: r.ResponseID, Touchpoint: r.AtTouchpoint, Metric: r.Metric, Comment: r.Comment, Score: r.Score,
		Day: r.Day, Since: r.Since.UTC(), Returned: r.Returned, Keys: models.Keys{models.Survey: r.Survey,
			models.Touchpoint: r.Touchpoint, models.Channel: r.Channel, models.Segment: r.Segment, models.Team: r.Team}}
	h.Lot, h.PostedBy = textOf(r.Lot), textOf(r.PostedBy)
	return h
}

func heldTable() table {
	return table{
		name: "held",
		columns: []string{"workspace", "response_id", "at_touchpoint", "metric", "comment", "score", "since", "returned", "lot",
			"day", "survey", "touchpoint", "channel", "segment", "team", "posted_by"},
		types: []string{"text", "uuid", "text", "text", "boolean", "integer", "timestamptz", "boolean", "uuid",
			"integer", "text", "text", "text", "text", "text", "text"},
		then: `ON CONFLICT (workspace, response_id, at_touchpoint, metric, comment) DO UPDATE SET returned = excluded.returned,
			lot = excluded.lot, day = excluded.day, survey = excluded.survey, touchpoint = excluded.touchpoint,
			channel = excluded.channel, segment = excluded.segment, team = excluded.team`,
	}
}

// putHeld stores answers that are held, or how they are held now.
func (s *Store) putHeld(tx *gorm.DB, workspace string, held []models.Held) error {
	var written rows
	for _, h := range held {
		written = append(written, text(workspace), id(h.ResponseID), text(h.Touchpoint), text(h.Metric), boolean(h.Comment), integer(h.Score), moment(h.Since), boolean(h.Returned), idOrNull(h.Lot),
			integer(int(h.Day)), text(h.Keys[models.Survey]), text(h.Keys[models.Touchpoint]), text(h.Keys[models.Channel]), text(h.Keys[models.Segment]), text(h.Keys[models.Team]), textOrNull(h.PostedBy))
	}
	_, err := heldTable().insert(tx, s.dialect, written)
	return err
}

// lots is what was formed, or taken apart: how the counts change, and what arrived.
type lots struct {
	counts   []models.Count
	arrivals []models.Arrival
}

// holdBack stores answers to anonymous metrics and forms the lots that there are enough of them for.
func (s *Store) holdBack(tx *gorm.DB, workspace string, held []models.Held) (lots, error) {
	if len(held) == 0 {
		return lots{}, nil
	}
	metrics, err := metricsOf(tx, workspace)
	if err := firstError(err, s.putHeld(tx, workspace, held)); err != nil {
		return lots{}, err
	}
	keys := make([]string, len(held))
	for i, h := range held {
		keys[i] = h.Metric
	}
	slices.Sort(keys)
	return s.formLots(tx, workspace, metrics, slices.Compact(keys))
}

// waitForOthers makes those who change a workspace's lots, or record who was asked, wait for one another until
// they have committed: each finds what the one before left, and none holds what another one needs. To be called before
// anything of it is written, and before the rollups.
func (s *Store) waitForOthers(tx *gorm.DB, workspace string) error {
	var waited []workspaceRow
	return s.locked(tx).Select("workspace").Where("workspace = ?", workspace).Find(&waited).Error
}

// formLots puts what waits of the metrics into lots, as far as there is enough.
func (s *Store) formLots(tx *gorm.DB, workspace string, metrics models.Metrics, keys []string) (lots, error) {
	if err := s.waitForOthers(tx, workspace); err != nil {
		return lots{}, err
	}
	var formed lots
	var held []models.Held
	closed := s.now().Add(-models.WaveLife)
	for _, key := range keys {
		var rows []heldRow
		err := tx.Where("workspace = ? AND metric = ? AND lot IS NULL", workspace, key).
			Order("response_id, at_touchpoint, comment").Find(&rows).Error
		if err != nil {
			return lots{}, err
		}
		var answers, comments []models.Held
		for _, r := range rows {
			if r.Comment {
				comments = append(comments, r.held())
			} else {
				answers = append(answers, r.held())
			}
		}
		metric := metrics.Counted(key)
		for _, lot := range models.Lots(answers, metric.Threshold, closed) {
			formed.counts = append(formed.counts, lot.Counts()...)
			formed.arrivals = append(formed.arrivals, lot.Arrivals(metric)...)
			held = append(held, closedLot(lot)...)
		}
		for _, lot := range models.Lots(comments, metric.CommentThreshold, closed) {
			held = append(held, closedLot(lot)...)
		}
	}
	return formed, s.putHeld(tx, workspace, held)
}

// closedLot are the answers of a new lot as they are held from now on.
func closedLot(lot models.Lot) []models.Held {
	id := NewID()
	for i := range lot.Answers {
		h := &lot.Answers[i]
		h.Lot, h.Day, h.Keys, h.Returned = id, lot.Day, lot.Keys, false
	}
	return lot.Answers
}

// count adds what lots came to.
func (s *Store) count(tx *gorm.DB, workspace string, l lots) error {
	t := newTally()
	t.add(l)
	return s.addTally(tx, workspace, t)
}

// FormLots puts answers that have waited long enough into lots with others, of all
// workspaces. To be called now and then: no answer calls for it.
func (s *Store) FormLots(ctx context.Context) error {
	var waiting []heldRow
	err := s.read.WithContext(ctx).Where("lot IS NULL").Distinct("workspace", "metric").Order("workspace, metric").Find(&waiting).Error
	if err != nil {
		return s.domainError(err)
	}
	for _, w := range waiting {
		err := s.transaction(ctx, func(tx *gorm.DB) error {
			metrics, err := metricsOf(tx, w.Workspace)
			if err != nil {
				return err
			}
			formed, err := s.formLots(tx, w.Workspace, metrics, []string{w.Metric})
			return firstError(err, s.count(tx, w.Workspace, formed))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// answerKey tells a response's answers apart.
type answerKey struct{ touchpoint, metric string }

// release ends the holding of a response's answers: the lots that they are in are
// taken apart, and what is left of them waits again. It gives the counts to be
// taken away, and which of the response's answers were held.
func (s *Store) release(tx *gorm.DB, workspace, responseID string) ([]models.Count, func(models.Answer) bool, error) {
	own, err := s.ownHeld(tx, workspace, responseID)
	if err != nil {
		return nil, nil, err
	}
	held := map[answerKey]bool{}
	var broken []string
	for _, r := range own {
		held[answerKey{r.AtTouchpoint, r.Metric}] = true
		if r.Lot != nil {
			broken = append(broken, *r.Lot)
		}
	}
	counts, err := s.takeApart(tx, workspace, responseID, broken)
	if err == nil && len(own) > 0 {
		err = tx.Where("workspace = ? AND response_id = ?", workspace, responseID).Delete(&heldRow{}).Error
	}
	return counts, func(a models.Answer) bool { return held[answerKey{a.Touchpoint, a.Metric}] }, err
}

// ownHeld are a response's answers that are held. Where there are any, others wait who would put them into lots.
func (s *Store) ownHeld(tx *gorm.DB, workspace, responseID string) ([]heldRow, error) {
	var own []heldRow
	find := func() error {
		return tx.Where("workspace = ? AND response_id = ?", workspace, responseID).Find(&own).Error
	}
	err := find()
	if err == nil && len(own) > 0 {
		err = firstError(s.waitForOthers(tx, workspace), find()) // they may be in other lots by now
	}
	return own, err
}

// takeApart makes the answers of lots wait again, all but those of one response,
// and gives the counts to be taken away. What is not stored any more, see settleLots,
// waits with what the lot had in common.
func (s *Store) takeApart(tx *gorm.DB, workspace, responseID string, broken []string) ([]models.Count, error) {
	if len(broken) == 0 {
		return nil, nil
	}
	var rows []heldRow
	err := tx.Where("workspace = ? AND lot IN ?", workspace, broken).
		Order("response_id, at_touchpoint, metric, comment").Find(&rows).Error
	if err != nil {
		return nil, err
	}
	stored, err := storedOf(tx, workspace, rows)
	if err != nil {
		return nil, err
	}
	var counts []models.Count
	var waiting []models.Held
	for _, r := range rows {
		h := r.held()
		if !h.Comment {
			counts = append(counts, h.Count(-1))
		}
		if h.ResponseID != responseID {
			h.Lot, h.Returned = "", true
			if of, is := stored[h.ResponseID]; is {
				h.Day, h.Keys = of.Day, of.response(nil).Keys(models.Answer{Touchpoint: h.Touchpoint})
			}
			waiting = append(waiting, h)
		}
	}
	return counts, s.putHeld(tx, workspace, waiting)
}
