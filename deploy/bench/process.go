package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/mittari/mittari/models/store/storetest"
)

// adminKey is the key that all traffic carries.
const adminKey = "bench-admin-key-for-this-run-only"

// process is a program that listens: the server or a baseline.
type process struct {
	cmd     *exec.Cmd
	said    bytes.Buffer
	ended   chan struct{}
	address string // host:port of what is measured
	metrics string // host:port of the server's metrics listener
	input   io.Closer
	took    time.Duration // from the start to the first 200
}

// serve runs the real server on the database until the group ends: keys, checks, rollups and the exporter on.
func (b *bench) serve(database string, flags ...string) (*process, error) {
	addresses, err := freeAddresses(2)
	if err != nil {
		return nil, err
	}
	p := &process{address: addresses[0], metrics: addresses[1]}
	args := []string{"serve", "--database-url", database, "--listen", p.address, "--metrics-listen", p.metrics, "--log-level", "warn"}
	args = append(args, flags...)
	if b.profile != "" {
		args = append(args, "--pprof")
	}
	p.cmd = exec.CommandContext(b.ctx, b.program, args...)
	p.cmd.Env = append(os.Environ(), "MITTARI_ADMIN_KEY="+adminKey)
	p.cmd.Dir = b.dir
	return p, b.start(p, "/readyz")
}

// baseline runs this program as a baseline until the group ends.
func (b *bench) baseline(args ...string) (*process, error) {
	addresses, err := freeAddresses(1)
	if err != nil {
		return nil, err
	}
	p := &process{address: addresses[0]}
	p.cmd = exec.CommandContext(b.ctx, b.own, append([]string{baselineCommand, p.address}, args...)...)
	if p.input, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	return p, b.start(p, "/ready")
}

// start starts the process and waits until the path answers 200.
func (b *bench) start(p *process, path string) error {
	p.cmd.Stdout, p.cmd.Stderr = &p.said, &p.said
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	p.cmd.WaitDelay = 10 * time.Second
	p.ended = make(chan struct{})
	begun := time.Now()
	if err := p.cmd.Start(); err != nil {
		return err
	}
	go func() {
		_ = p.cmd.Wait() // how it ended is told by what it said
		close(p.ended)
	}()
	b.later(p.stop)
	err := p.await(b.ctx, "http://"+p.address+path)
	p.took = time.Since(begun)
	return err
}

// await waits until the URL answers 200.
func (p *process) await(ctx context.Context, url string) error {
	deadline := time.Now().Add(2 * time.Minute)
	for {
		if _, err := fetch(ctx, http.DefaultClient, url); err == nil {
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("%s ended: %s", p.cmd.Path, p.said.String())
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s does not answer 200", url)
		}
	}
}

// stop ends the process and waits for its end.
func (p *process) stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	if p.input != nil {
		_ = p.input.Close()
	}
	select {
	case <-p.ended:
		return nil
	case <-time.After(40 * time.Second):
		return errors.Join(fmt.Errorf("%s did not end when asked", p.cmd.Path), p.cmd.Process.Kill())
	}
}

// memory is what the process has resident now, in bytes.
func (p *process) memory() (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("the memory of a process is read from /proc, as on Linux: %w", err)
	}
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	fields := strings.Fields(after)
	if len(fields) == 0 {
		return 0, errors.New("/proc tells no VmRSS")
	}
	kib, err := strconv.ParseFloat(fields[0], 64)
	return kib * 1024, err
}

func freeAddresses(n int) ([]string, error) {
	addresses := make([]string, n)
	for i := range addresses {
		port, err := storetest.FreePort()
		if err != nil {
			return nil, err
		}
		addresses[i] = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	}
	return addresses, nil
}

// fetch gets a URL with the key; anything but 200 is an error.
func fetch(ctx context.Context, client *http.Client, url string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+adminKey)
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
