package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/mittari/mittari/models"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// shelf is a small store that keeps the promises of a Committer: a batch is stored
// whole or not at all, a submission_id once. It can be held up, and can fail.
type shelf struct {
	gate chan struct{} // a commit waits until it can read from it; nil: not at all

	ends    chan struct{} // what is prepared ends once it can read from it; nil: with its commit
	mu      sync.Mutex
	fault   error // what every commit fails with
	batches [][]string
	ready   []int             // the sizes of the batches that were prepared
	stored  map[string]string // ids by workspace and submission_id
}

// refused is the comment that makes the shelf refuse a response.
const refused = "refuse me"

var errMixed = errors.New("a batch of more than one workspace")

func (s *shelf) Commit(ctx context.Context, workspace string, batch []models.Accepted) ([]models.Outcome, error) {
	if s.gate != nil {
		select {
		case <-s.gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	names := make([]string, len(batch))
	for i, a := range batch {
		names[i] = a.Response().SubmissionID
	}
	s.batches = append(s.batches, names)
	if s.fault != nil {
		return nil, s.fault
	}
	for _, a := range batch {
		if a.Response().Workspace != workspace {
			return nil, errMixed
		}
		if a.Response().Answers[0].Comment == refused {
			return nil, models.Errorf(models.Invalid, "refused with %v", names)
		}
	}
	outcomes := make([]models.Outcome, len(batch))
	for i, a := range batch {
		outcomes[i] = s.put(*a.Response())
	}
	return outcomes, nil
}

func (s *shelf) Prepare(workspace string, batch []models.Accepted) models.Storing {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ready = append(s.ready, len(batch))
	return func(ctx context.Context) func() ([]models.Outcome, error) {
		outcomes, err := s.Commit(ctx, workspace, batch)
		return func() ([]models.Outcome, error) {
			if s.ends != nil {
				<-s.ends
			}
			return outcomes, err
		}
	}
}

func (s *shelf) put(r models.Response) models.Outcome {
	if s.stored == nil {
		s.stored = map[string]string{}
	}
	at := r.Workspace + "/" + r.SubmissionID
	if earlier, found := s.stored[at]; found {
		return models.Outcome{ID: earlier}
	}
	s.stored[at] = r.ID
	return models.Outcome{ID: r.ID, New: true}
}

// sizes are the sizes of the batches so far.
func (s *shelf) sizes() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	sizes := make([]int, len(s.batches))
	for i, b := range s.batches {
		sizes[i] = len(b)
	}
	return sizes
}

// names are the stored submission_ids with their workspaces, sorted.
func (s *shelf) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for name := range s.stored {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// response is one that was accepted; more is more of its JSON.
func response(t *testing.T, workspace, submissionID, more string) models.Accepted {
	t.Helper()
	var s models.Submission
	if err := json.Unmarshal([]byte(`{"metric":"nps","score":9,"submission_id":"`+submissionID+`"`+more+`}`), &s); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 20, 8, 30, 0, 0, time.UTC)
	accepted, err := s.Check(models.Rules{Workspace: workspace, Metrics: models.StandardMetrics(), Zone: time.UTC, Now: now, NewID: newID})
	if err != nil {
		t.Fatal(err)
	}
	return accepted
}

// responses are some of one workspace, named s0, s1 and so on.
func responses(t *testing.T, workspace string, n int) []models.Accepted {
	t.Helper()
	all := make([]models.Accepted, n)
	for i := range all {
		all[i] = response(t, workspace, fmt.Sprintf("s%d", i), "")
	}
	return all
}

// run starts a writer that the test must close, and returns what waits for its end.
func run(w *Writer) (ended func()) {
	done := make(chan struct{})
	go func() { w.Run(); close(done) }()
	return func() { <-done }
}

// isBusy fails unless the error is Busy and says when to try again.
func isBusy(t *testing.T, what string, err error) {
	t.Helper()
	var e *models.Error
	if !errors.As(err, &e) || e.Code != models.Busy || e.RetryAfter <= 0 || e.Message == "" {
		t.Errorf("%s: %v, want busy with a time to try again", what, err)
	}
}
