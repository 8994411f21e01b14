package storetest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Server is a throw-away PostgreSQL for a program that is no test, such as a
// benchmark. It is gone within a second of the end of the process, however it ends.
type Server struct{ cluster *cluster }

// Start starts a server on 127.0.0.1 that syncs every commit to disk. Settings are
// further lines of its postgresql.conf, and go before what stands there.
func Start(settings ...string) (*Server, error) { return StartIn(os.Getenv("TMPDIR"), settings...) }

// StartIn is Start with the server's files in that folder, which everybody may write to.
func StartIn(folder string, settings ...string) (*Server, error) {
	c, err := startCluster(folder, settings...)
	if err != nil {
		return nil, err
	}
	return &Server{c}, nil
}

// Database makes an empty database and returns its URL, of a superuser, and what
// drops it, whoever is still connected.
func (s *Server) Database(ctx context.Context) (url string, drop func() error, err error) {
	return createDatabase(ctx, s.cluster.url)
}

// Halt stops the server and keeps its files. Mode is pg_ctl's: fast ends sessions, immediate is like a crash.
func (s *Server) Halt(mode string) error { return s.control("stop", "--mode="+mode) }

// Resume starts the server again.
func (s *Server) Resume() error { return s.control("start", "--timeout=60", "--log=server.log") }

func (s *Server) control(args ...string) error {
	attributes, err := serverProcess()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(context.Background(), filepath.Join(s.cluster.bin, "pg_ctl"), append(args, "--pgdata=data", "--wait")...)
	cmd.Dir, cmd.SysProcAttr = s.cluster.folder, attributes
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
	if err := cmd.Run(); err != nil { // its output is a file, which the server would hold open: there is none
		return fmt.Errorf("pg_ctl %s: %w", args[0], err)
	}
	return nil
}

// Stop ends the server with all its databases and files.
func (s *Server) Stop() error {
	if err := s.cluster.hold.Close(); err != nil {
		return err
	}
	return s.cluster.wait()
}
