package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// programVariable makes this test binary the program itself; see TestMain.
const programVariable = "MITTARI_TEST_PROGRAM"

// TestMain lets a test run the program as a process of its own, which can be
// killed: it is this binary, called with the program's arguments. It ends with the
// process of the test, which holds its standard input, however that one ends.
func TestMain(m *testing.M) {
	if os.Getenv(programVariable) == "" {
		os.Exit(m.Run())
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(3)
	}()
	main()
}

// replica is "mittari serve" in a process of its own. Its addresses stay the same when it is killed and started again.
type replica struct {
	running
	args    []string
	process *exec.Cmd
	input   io.Closer
}

// startReplica starts a server as a process, with further arguments, until the test ends.
func startReplica(t *testing.T, database string, args ...string) *replica {
	t.Helper()
	api, metrics := freeAddress(t), freeAddress(t)
	r := &replica{running: running{t: t, key: testKey, api: "http://" + api, metrics: "http://" + metrics, database: database, out: &lockedBuffer{}, log: &lockedBuffer{}},
		args: append([]string{"serve", "--database-url", database, "--listen", api, "--metrics-listen", metrics}, args...)}
	r.begin()
	t.Cleanup(r.kill)
	return r
}

// begin starts the process and waits until it answers.
func (r *replica) begin() {
	r.process = exec.CommandContext(context.Background(), os.Args[0], r.args...)
	r.process.Env = []string{programVariable + "=1", "MITTARI_ADMIN_KEY=" + testKey, "TMPDIR=" + r.t.TempDir(), "PATH=" + os.Getenv("PATH")}
	r.process.Stdout, r.process.Stderr = r.out, r.log
	var err error
	if r.input, err = r.process.StdinPipe(); err != nil {
		r.t.Fatal(err)
	}
	if err := r.process.Start(); err != nil {
		r.t.Fatal(err)
	}
	eventually(r.t, time.Minute, "a replica is ready", r.ready)
}

func (r *replica) ready() bool {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, r.api+"/readyz", nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// kill ends the process at once, as the loss of its machine would.
func (r *replica) kill() {
	_ = r.process.Process.Kill() // it may have ended
	_ = r.process.Wait()
	_ = r.input.Close()
}

// end asks the process to stop and waits until it has; what it logged as an error fails the test.
func (r *replica) end() {
	if err := r.process.Process.Signal(syscall.SIGTERM); err != nil {
		r.t.Error(err)
	}
	if err := r.process.Wait(); err != nil {
		r.t.Errorf("a replica ended with %v", err)
	}
	_ = r.input.Close()
	if log := r.log.String(); strings.Contains(log, "level=ERROR") {
		r.t.Errorf("a replica logged\n%s", log)
	}
}
