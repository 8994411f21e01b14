package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// lockOut keeps everybody else from writing to the database until release is called.
func lockOut(t *testing.T, database string) (release func()) {
	t.Helper()
	statements := []string{"BEGIN", "LOCK TABLE responses IN EXCLUSIVE MODE"}
	if strings.HasPrefix(database, "sqlite:") {
		statements = []string{"BEGIN IMMEDIATE"}
	}
	db := openRaw(t, database)
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range statements {
		if _, err := conn.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		if _, err := conn.ExecContext(t.Context(), "ROLLBACK"); err != nil {
			t.Error(err)
		}
		_ = conn.Close()
	}
}

func TestWhileTheDatabaseIsLockedTheServerShedsAndLosesNothing(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, database string) {
		const queue, sent = 20, 50
		r := start(t, database, "--queue", fmt.Sprint(queue))
		if status, body := r.send("POST", "/v1/responses", `{"submission_id":"first","metric":"csat","score":4}`); status != http.StatusCreated {
			t.Fatalf("POST gave %d %s", status, body)
		}
		release := lockOut(t, database)
		var stored, shed sync.Map
		var refusals atomic.Int64
		var callers sync.WaitGroup
		for i := range sent {
			callers.Go(func() {
				id := fmt.Sprintf("s-%d", i)
				status, header, body := r.postWithHeader(fmt.Sprintf(`{"submission_id":%q,"metric":"csat","score":4}`, id))
				switch status {
				case http.StatusCreated:
					stored.Store(id, true)
				case http.StatusServiceUnavailable:
					if header.Get("Retry-After") == "" || !strings.Contains(body, "nothing was stored") {
						t.Errorf("a refusal does not say what to do: %v %s", header, body)
					}
					shed.Store(id, true)
					refusals.Add(1)
				default:
					t.Errorf("a POST gave %d %s", status, body)
				}
			})
		}
		eventually(t, 30*time.Second, "all but those who may wait are refused, while nothing can be stored", func() bool { return refusals.Load() == sent-queue })
		release()
		callers.Wait()
		lines := exportAll(t, r)
		for ids, want := range map[*sync.Map]int{&stored: 1, &shed: 0} {
			ids.Range(func(id, _ any) bool {
				if n := strings.Count(lines, fmt.Sprintf(`"submission_id":%q`, id)); n != want {
					t.Errorf("%s is stored %d times, want %d", id, n, want)
				}
				return true
			})
		}
		if page := r.scrape("/metrics"); !strings.Contains(page, fmt.Sprintf(`mittari_ingest_responses_total{outcome="shed"} %d`, sent-queue)) {
			t.Errorf("the refusals are not counted:\n%s", page)
		}
		if code, out, errs := call(t, envOf(), "verify", "--database-url", database); code != 0 {
			t.Errorf("verify gave %d: %s%s", code, out, errs)
		}
	})
}

// postWithHeader posts a response, from any goroutine, and gives the answer with its header.
func (r *running) postWithHeader(body string) (status int, header http.Header, text string) {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, r.api+"/v1/responses", strings.NewReader(body))
	if err != nil {
		return 0, nil, err.Error()
	}
	request.Header.Set("Authorization", "Bearer "+r.key)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err.Error()
	}
	defer response.Body.Close()
	all, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, nil, err.Error()
	}
	return response.StatusCode, response.Header, string(all)
}
