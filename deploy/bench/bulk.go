package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/mittari/mittari/deploy/running"
)

// emptied are the tables that responses are stored in.
const emptied = "TRUNCATE responses, answers, rollups, arrivals, revisions, held"

// bulkPostgres measures row 4.
func (b *bench) bulkPostgres() error {
	server, err := b.postgres()
	if err != nil {
		return err
	}
	database, err := b.database(server)
	if err != nil {
		return err
	}
	bare, err := b.database(server)
	if err != nil {
		return err
	}
	if err := b.migrate(bare); err != nil {
		return err
	}
	ours, err := b.serve(database)
	if err != nil {
		return err
	}
	files, err := b.bulkFiles(b.bulk)
	if err != nil {
		return err
	}
	var p pairs
	for round := range b.fewRounds() {
		if err := execute(b.ctx, database, emptied, "CHECKPOINT"); err != nil {
			return err
		}
		var sent, copied float64
		if sent, err = b.sendAll(ours, "row-4", files, b.bulk); err != nil {
			return err
		}
		if round == 0 { // the rows to copy are those that were stored
			if err := b.copyRows(database, "to"); err != nil {
				return err
			}
		}
		if err := execute(b.ctx, bare, emptied, "CHECKPOINT"); err != nil {
			return err
		}
		begun := time.Now()
		if err := b.copyRows(bare, "from"); err != nil {
			return err
		}
		copied = float64(b.bulk) / time.Since(begun).Seconds()
		b.say("row 4, round %d: %s, COPY %s", round+1, perSecond(sent), perSecond(copied))
		p.add(copied, sent)
	}
	b.tell(4, fmt.Sprintf("bulk NDJSON of %d responses with submission ids, PostgreSQL, rollups included", b.bulk),
		"COPY of the same rows by psql", p, perSecond, atLeastPercent(60))
	return errors.Join(b.verify(database), b.statements(database, "row-4"))
}

// copyRows copies both tables to or from text files, in one transaction.
func (b *bench) copyRows(database, direction string) error {
	args := []string{"--no-psqlrc", "--quiet", "--single-transaction", "--set", "ON_ERROR_STOP=1", database}
	for _, table := range []string{"responses", "answers"} {
		file, what := filepath.Join(b.dir, table+".copy"), table
		if direction == "to" {
			what = fmt.Sprintf("(SELECT * FROM %s ORDER BY %s)", table, map[string]string{"responses": "id", "answers": "response_id"}[table])
		}
		args = append(args, "--command", fmt.Sprintf(`\copy %s %s '%s'`, what, direction, file))
	}
	if said, err := exec.CommandContext(b.ctx, "psql", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("psql: %w\n%s", err, said)
	}
	return nil
}

// bulkFiles writes n responses of the last year, the oldest first, a part of them for each sender.
func (b *bench) bulkFiles(n int) ([]string, error) {
	first := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 1-daysStored)
	step := daysStored * 24 * time.Hour / time.Duration(n)
	files := make([]string, b.senders)
	for s := range files {
		files[s] = filepath.Join(b.dir, fmt.Sprintf("bulk-%d.ndjson", s))
		file, err := os.Create(files[s])
		if err != nil {
			return nil, err
		}
		out := bufio.NewWriter(file)
		for i := s * n / b.senders; i < (s+1)*n/b.senders; i++ {
			collected := first.Add(time.Duration(i) * step)
			if collected.After(b.begun) {
				collected = b.begun
			}
			fmt.Fprintln(out, bodyOf(i, fmt.Sprintf("%012d", i), collected.UTC().Format(time.RFC3339)))
		}
		if err := errors.Join(out.Flush(), file.Close()); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// sendAll posts the files at the same time and gives how many responses a second were stored.
func (b *bench) sendAll(ours *process, name string, files []string, n int) (rate float64, err error) {
	err = b.profiled(ours, name, b.bulkProfile(n), func() error {
		begun := time.Now()
		stored := make([]int, len(files))
		faults := make(chan error, len(files))
		for i, file := range files {
			go func() {
				var err error
				stored[i], err = post(b.ctx, ours, file)
				faults <- err
			}()
		}
		sum := 0
		for range files {
			err = errors.Join(err, <-faults)
		}
		rate = float64(n) / time.Since(begun).Seconds()
		for _, s := range stored {
			sum += s
		}
		if err == nil && sum != n {
			err = fmt.Errorf("%d of %d responses were stored", sum, n)
		}
		return err
	})
	return rate, err
}

// bulkProfile is for how long a profile is taken: about while a bulk request runs.
func (b *bench) bulkProfile(n int) time.Duration {
	return time.Duration(max(1, n/50_000)) * time.Second
}

// post sends one file and counts the outcomes 201.
func post(ctx context.Context, ours *process, file string) (stored int, err error) {
	body, err := os.Open(file)
	if err != nil {
		return 0, err
	}
	defer body.Close()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+ours.Address+"/v1/responses/bulk", body)
	if err != nil {
		return 0, err
	}
	request.Header.Set("Authorization", "Bearer "+running.AdminKey)
	request.Header.Set("Content-Type", "application/x-ndjson")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	outcomes, err := io.ReadAll(response.Body)
	return bytes.Count(outcomes, []byte(`"status":201`)), err
}
