// Package running runs the server, and other programs that listen, as processes: for
// programs that measure it, or torture it.
package running

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// AdminKey is the key that all traffic carries.
const AdminKey = "admin-key-for-this-run-only"

// Process is a program that listens, and ends with the context that it was made with.
type Process struct {
	Address string        // host:port
	Metrics string        // host:port of the server's metrics listener
	Took    time.Duration // from the start to the first 200
	Ended   chan struct{} // is closed at its end

	cmd   *exec.Cmd
	said  bytes.Buffer
	input io.Closer
}

// Build builds the server into the folder, as "make build" does, and gives the path of the program.
func Build(ctx context.Context, folder string, flags ...string) (string, error) {
	program := filepath.Join(folder, "mittari")
	args := append([]string{"build", "-trimpath", "-buildvcs=false", "-ldflags", "-X main.version=run"}, flags...)
	build := exec.CommandContext(ctx, "go", append(args, "-o", program, "github.com/mittari/mittari")...)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the server: %w\n%s", err, said)
	}
	return program, nil
}

// Server is the server, which is built, with its files in the folder. Start starts it.
func Server(ctx context.Context, program, folder, database, address, metrics string, flags ...string) *Process {
	args := []string{"serve", "--database-url", database, "--listen", address, "--metrics-listen", metrics, "--log-level", "warn"}
	cmd := exec.CommandContext(ctx, program, append(args, flags...)...)
	cmd.Env = append(os.Environ(), "MITTARI_ADMIN_KEY="+AdminKey)
	cmd.Dir = folder
	return Of(cmd, address, metrics)
}

// Of is any program that listens.
func Of(cmd *exec.Cmd, address, metrics string) *Process {
	p := &Process{Address: address, Metrics: metrics, Ended: make(chan struct{}), cmd: cmd}
	cmd.Stdout, cmd.Stderr = &p.said, &p.said
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	return p
}

// WithEnv adds to the environment, as in NAME=value, before the process is started.
func (p *Process) WithEnv(more ...string) *Process {
	p.cmd.Env = append(p.cmd.Env, more...)
	return p
}

// WithInput lets the process have a standard input that ends with it, before it is started.
func (p *Process) WithInput() (err error) {
	p.input, err = p.cmd.StdinPipe()
	return err
}

// Start starts the process and waits until the path answers 200.
func (p *Process) Start(ctx context.Context, path string) error {
	begun := time.Now()
	if err := p.Begin(); err != nil {
		return err
	}
	err := p.Await(ctx, "http://"+p.Address+path)
	p.Took = time.Since(begun)
	return err
}

// Begin starts the process and does not wait.
func (p *Process) Begin() error {
	if err := p.cmd.Start(); err != nil {
		close(p.Ended)
		return err
	}
	go func() {
		_ = p.cmd.Wait() // how it ended is told by what it said, and by its state
		close(p.Ended)
	}()
	return nil
}

// Await waits until the URL answers 200.
func (p *Process) Await(ctx context.Context, url string) error {
	deadline := time.Now().Add(2 * time.Minute)
	for {
		if _, err := Fetch(ctx, http.DefaultClient, url); err == nil {
			return nil
		}
		select {
		case <-p.Ended:
			return fmt.Errorf("%s ended: %s", p.cmd.Path, p.Said())
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s does not answer 200", url)
		}
	}
}

// Said is what the process wrote until its end, which has come.
func (p *Process) Said() string { return p.said.String() }

// ExitCode is that of a process that has ended; -1 of one that was killed.
func (p *Process) ExitCode() int { return p.cmd.ProcessState.ExitCode() }

// ID is the process's, which was started.
func (p *Process) ID() int { return p.cmd.Process.Pid }

// Terminate asks the process to stop.
func (p *Process) Terminate() {
	if p.cmd.Process != nil {
		_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	}
}

// Kill ends the process at once, as the loss of its machine would, and waits for its end.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.Ended
}

// Stop asks the process to stop and waits for its end.
func (p *Process) Stop() error {
	p.Terminate()
	if p.input != nil {
		_ = p.input.Close()
	}
	select {
	case <-p.Ended:
		return nil
	case <-time.After(40 * time.Second):
		return errors.Join(fmt.Errorf("%s did not end when asked", p.cmd.Path), p.cmd.Process.Kill())
	}
}

// Fetch gets a URL with the key; anything but 200 is an error.
func Fetch(ctx context.Context, client *http.Client, url string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+AdminKey)
	request.Header.Set("Accept-Encoding", "identity")
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s: %s: %.300s", url, response.Status, body)
	}
	return body, err
}
