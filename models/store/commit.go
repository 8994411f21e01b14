package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/mittari/mittari/models"
)

func responsesTable() table {
	return table{
		name: "responses",
		columns: []string{"workspace", "id", "submission_id", "digest", "survey", "touchpoint", "channel", "segment", "team",
			"person", "day", "collected_at", "created_at", "language", "solicited", "properties", "tags", "excluded", "posted_by", "changed_at"},
		types: []string{"text", "uuid", "text", "bytea", "text", "text", "text", "text", "text",
			"text", "integer", "timestamptz", "timestamptz", "text", "boolean", "jsonb", "jsonb", "boolean", "text", "timestamptz"},
		then: "ON CONFLICT DO NOTHING RETURNING id",
	}
}

func answersTable() table {
	return table{
		name:    "answers",
		columns: []string{"workspace", "response_id", "touchpoint", "metric", "score", "comment"},
		types:   []string{"text", "uuid", "text", "text", "integer", "text"},
	}
}

// Commit stores a batch of one workspace's responses in one transaction: the
// responses that are new, their answers, and the rollups, arrivals, catalog keys
// and revisions that follow. The outcomes are in the batch's order.
//
// An error means that nothing was stored; it is Invalid when some row of the
// batch is at fault, so that the caller may try smaller batches.
func (s *Store) Commit(ctx context.Context, workspace string, batch []models.Accepted) ([]models.Outcome, error) {
	if end := s.commitAtOnce(ctx, workspace, batch, nil); end != nil && end() == nil {
		return allNew(batch), nil
	}
	return s.commitInSteps(ctx, workspace, batch)
}

// Prepare makes a great batch ready while another one is being committed; what it
// gives commits the batch, as Commit does. Once it has begun, so may the next batch: what both have, a
// submission_id or a row of the rollups, has that wait until this one has ended.
func (s *Store) Prepare(workspace string, batch []models.Accepted) models.Storing {
	ready := s.prepare(workspace, batch)
	return func(ctx context.Context) func() ([]models.Outcome, error) {
		end := s.commitAtOnce(ctx, workspace, batch, ready)
		if end == nil {
			return models.Ended(s.commitInSteps(ctx, workspace, batch))
		}
		return func() ([]models.Outcome, error) {
			if end() == nil {
				return allNew(batch), nil
			}
			return s.commitInSteps(ctx, workspace, batch)
		}
	}
}

// commitInSteps looks after each step what is new.
func (s *Store) commitInSteps(ctx context.Context, workspace string, batch []models.Accepted) ([]models.Outcome, error) {
	var outcomes []models.Outcome
	var created []kindKey
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		fresh, err := s.insertResponses(tx, batch)
		if err != nil {
			return err
		}
		if outcomes, err = judge(tx, workspace, batch, fresh); err != nil {
			return err
		}
		created, err = s.storeFresh(tx, workspace, pick(batch, fresh))
		return err
	})
	if err != nil {
		return nil, err
	}
	s.known.add(workspace, created)
	return outcomes, nil
}

func allNew(batch []models.Accepted) []models.Outcome {
	outcomes := make([]models.Outcome, len(batch))
	for i, a := range batch {
		outcomes[i] = models.Outcome{ID: a.Response().ID, New: true}
	}
	return outcomes
}

// insertResponses gives the ids of the responses that were not stored before.
func (s *Store) insertResponses(tx *gorm.DB, batch []models.Accepted) (map[string]bool, error) {
	ids, err := responsesTable().insert(tx, s.dialect, responseRows(batch))
	if err != nil {
		return nil, err
	}
	fresh := make(map[string]bool, len(ids))
	for _, id := range ids {
		fresh[id] = true
	}
	return fresh, nil
}

// responseRows are in the order of their submission_id, so that two writers with
// the same ones wait for one another instead of deadlocking.
func responseRows(batch []models.Accepted) rows {
	ordered := slices.Clone(batch)
	slices.SortStableFunc(ordered, func(a, b models.Accepted) int {
		return strings.Compare(a.Response().SubmissionID, b.Response().SubmissionID)
	})
	written := make(rows, 0, len(batch)*len(responsesTable().columns))
	for _, a := range ordered {
		r := a.Response()
		written = append(written, text(r.Workspace), id(r.ID), textOrNull(r.SubmissionID), digest(a.Digest()), text(r.Survey), text(r.Touchpoint), text(r.Channel), text(r.Segment), text(r.Team),
			text(r.Person), integer(int(a.Day())), moment(r.CollectedAt), moment(r.CreatedAt), text(r.Language), booleanOrNull(r.Solicited),
			jsonOrNull(r.Properties, len(r.Properties)), jsonOrNull(r.Tags, len(r.Tags)), boolean(r.Excluded), textOrNull(r.PostedBy), momentOrNull(r.ChangedAt))
	}
	return written
}

// jsonOrNull is NULL for what has no length. What was accepted can be written as JSON.
func jsonOrNull(v any, length int) value {
	if length == 0 {
		return null()
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return value{kind: isJSON, text: string(b)}
}

// judge tells of each response whether it is new, a retry, or in conflict with one that is stored.
func judge(tx *gorm.DB, workspace string, batch []models.Accepted, fresh map[string]bool) ([]models.Outcome, error) {
	stored, err := findStored(tx, workspace, batch, fresh)
	if err != nil {
		return nil, err
	}
	outcomes := make([]models.Outcome, len(batch))
	for i, accepted := range batch {
		r := accepted.Response()
		earlier, found := stored.of(r)
		switch {
		case fresh[r.ID] || earlier.id == r.ID: // the latter: committed before, but its connection broke
			outcomes[i] = models.Outcome{ID: r.ID, New: true}
		case !found: // erased since it was in our way
			return nil, fmt.Errorf("response %s: %w", r.ID, errAgain)
		case earlier.digest != accepted.Digest():
			outcomes[i].Err = models.Errorf(models.Conflict,
				"submission_id %q was stored before with other content, as response %s; use a new submission_id for a new response",
				r.SubmissionID, earlier.id)
		default:
			outcomes[i] = models.Outcome{ID: earlier.id}
		}
	}
	return outcomes, nil
}

type storedResponse struct {
	id     string
	digest [32]byte
}

// storedResponses are those that stood in the way of a batch.
type storedResponses struct{ byID, bySubmission map[string]storedResponse }

func (s storedResponses) of(r *models.Response) (storedResponse, bool) {
	if earlier, found := s.byID[r.ID]; found {
		return earlier, true
	}
	earlier, found := s.bySubmission[r.SubmissionID]
	return earlier, found && r.SubmissionID != ""
}

func findStored(tx *gorm.DB, workspace string, batch []models.Accepted, fresh map[string]bool) (storedResponses, error) {
	found := storedResponses{map[string]storedResponse{}, map[string]storedResponse{}}
	var ids, submissions []string
	for _, a := range batch {
		if r := a.Response(); !fresh[r.ID] {
			ids, submissions = append(ids, r.ID), append(submissions, r.SubmissionID)
		}
	}
	for chunk := range slices.Chunk(ids, 1000) {
		submitted := submissions[:len(chunk)]
		submissions = submissions[len(chunk):]
		var rows []responseRow
		err := tx.Select("id", "submission_id", "digest").
			Where("workspace = ? AND (id IN ? OR submission_id IN ?)", workspace, chunk, submitted).Find(&rows).Error
		if err != nil {
			return found, err
		}
		for _, row := range rows {
			stored := storedResponse{row.ID, [32]byte(row.Digest)}
			found.byID[row.ID] = stored
			if row.SubmissionID != nil {
				found.bySubmission[*row.SubmissionID] = stored
			}
		}
	}
	return found, nil
}

// storeFresh writes what follows from responses that are new: answers, lots, catalog keys, counts, revisions, messages to webhooks.
func (s *Store) storeFresh(tx *gorm.DB, workspace string, fresh []models.Accepted) ([]kindKey, error) {
	if len(fresh) == 0 {
		return nil, nil
	}
	f := followingFrom(workspace, fresh)
	if _, err := answersTable().insert(tx, s.dialect, f.answers); err != nil {
		return nil, err
	}
	formed, err := s.holdBack(tx, workspace, f.held)
	if err != nil {
		return nil, err
	}
	f.add(formed)
	created, err := s.createKeys(tx, workspace, f.used)
	if err != nil {
		return nil, err
	}
	hooks, err := s.known.webhooks(tx, workspace, s.now())
	return created, firstError(err, s.addTally(tx, workspace, f.tally), s.announce(tx, workspace, messagesOf(hooks, fresh)))
}

// following is what follows from responses that are new.
type following struct {
	answers rows
	used    map[models.Keys]bool
	held    []models.Held
	tally   // of what is counted at once
}

func followingFrom(workspace string, fresh []models.Accepted) following {
	f := following{used: map[models.Keys]bool{}, tally: newTally()}
	f.answers = make(rows, 0, len(fresh)*len(answersTable().columns))
	for _, accepted := range fresh {
		r := accepted.Response()
		for _, a := range r.Answers {
			f.answers = append(f.answers, text(workspace), id(r.ID), text(a.Touchpoint), text(a.Metric), integer(a.Score), text(a.Comment))
			f.used[r.Keys(a)] = true
		}
		f.held = append(f.held, accepted.Held()...)
		f.add(lots{accepted.Counts(), accepted.Arrivals()})
	}
	return f
}

// pick gives the responses of the ids, each once.
func pick(batch []models.Accepted, ids map[string]bool) []models.Accepted {
	picked := make([]models.Accepted, 0, len(ids))
	seen := make(map[string]bool, len(ids))
	for _, a := range batch {
		if id := a.Response().ID; ids[id] && !seen[id] {
			seen[id] = true
			picked = append(picked, a)
		}
	}
	return picked
}
