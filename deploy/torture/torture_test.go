package main

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/deploy/running"
)

// quick is a run on SQLite.
func quick(t *testing.T, args ...string) *torture {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	o, err := parse(append([]string{"-on", "sqlite", "-seconds", "1", "-kills", "2"}, args...), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return &torture{options: o, stderr: io.Discard, begun: time.Now()}
}

func TestAKilledServerKeepsEveryPromise(t *testing.T) {
	run := quick(t, "-fault", "kill,replicas")
	if err := run.all(t.Context()); err != nil {
		t.Error(err)
	}
	var table bytes.Buffer
	run.report(&table)
	if n := strings.Count(table.String(), "| yes |\n"); n != 2 {
		t.Errorf("the table tells of %d kept promises:\n%s", n, &table)
	}
}

// What is lost, doubled or stored though nobody was told so has to be seen, or the table says nothing.
func TestWhatIsLostOrDoubledIsSeen(t *testing.T) {
	program := quick(t)
	if err := program.prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, statement, want string }{
		{"lost", "DELETE FROM responses WHERE id = (SELECT MIN(id) FROM responses)", "is not stored"},
		{"doubled", "UPDATE responses SET person = (SELECT MIN(person) FROM responses) WHERE id = (SELECT MAX(id) FROM responses)", "is stored 2 times"},
		{"not counted", "DELETE FROM rollups", "mittari verify"},
		{"taken back", "UPDATE arrivals SET n = n - 100000", "went down"},
	} {
		t.Run(c.name, func(t *testing.T) {
			run := quick(t)
			run.program = program.program
			run.faults = []fault{{name: c.name, on: []kind{sqlite}, strike: func(t *trial) error {
				if t.strikes > 0 {
					return nil
				}
				t.pause(1500, 1600)
				db, err := running.Connect(t.direct)
				if err != nil {
					return err
				}
				defer db.Close()
				_, err = db.ExecContext(t.ctx, c.statement)
				t.servers[0].kill() // a running one holds its counters up
				return err
			}}}
			if err := run.all(t.Context()); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if len(run.rows) != 1 || run.rows[0].kept {
				t.Errorf("%v", run.rows)
			}
		})
	}
}

func TestFlagsAreCheckedAllAtOnce(t *testing.T) {
	var said bytes.Buffer
	if _, err := parse([]string{"-fault", "kill,flood", "-on", "oracle", "-seconds", "900", "now"}, &said); err == nil {
		t.Error("they are taken")
	}
	for _, want := range []string{`no fault "flood"`, "-on must be", "-seconds must be", `"now"`} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("%q is not said: %s", want, &said)
		}
	}
	o, err := parse([]string{"-fault", "disk,kill", "-on", "postgres"}, io.Discard)
	if err != nil || len(o.faults) != 2 || !slices.Equal(o.kinds, []kind{postgres}) {
		t.Errorf("%v, %+v", err, o)
	}
}
