package storetest

import (
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"io"
	random "math/rand/v2"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed cluster.sh
var clusterScript string

// sharedCluster is a variable of the package since a server takes two seconds to
// start and is to be shared by tests that know nothing of one another; Go has no
// other place that lives as long as a test process. It is never assigned again.
//
//nolint:gochecknoglobals // see above
var sharedCluster = sync.OnceValues(func() (*cluster, error) { return startCluster(os.Getenv("TMPDIR")) })

// cluster is a running throw-away server.
type cluster struct {
	url    string
	bin    string // the folder of its programs
	folder string // of its files
	// hold is what the server lives by: its script reads from the other end and
	// stops it at end of file. The kernel closes it with the process, so neither
	// os.Exit nor a panic nor kill -9 leaves a server behind.
	hold io.WriteCloser
	wait func() error // until the script has stopped the server and removed its files
}

const (
	firstPort, lastPort = 10000, 32767 // below the ports that systems give to clients
	portTries           = 5
)

// startCluster starts a server on 127.0.0.1 with its files in a folder of its own there, or where there is
// room for temporary files; settings are further lines of its postgresql.conf.
func startCluster(where string, settings ...string) (*cluster, error) {
	bin, err := findPrograms(os.Getenv("PATH"), "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")
	if err != nil {
		return nil, err
	}
	for try := 1; ; try++ {
		port, err := FreePort()
		if err != nil {
			return nil, err
		}
		c, err := runCluster(bin, port, where, settings...)
		// Between FreePort and the start somebody else may have taken the port.
		if err == nil || try == portTries || !strings.Contains(err.Error(), "could not bind") {
			return c, err
		}
	}
}

// runCluster starts a server on the port given, as the user postgres if this process is root's.
func runCluster(bin string, port int, where string, settings ...string) (*cluster, error) {
	attributes, err := serverProcess()
	if err != nil {
		return nil, err
	}
	password := rand.Text()
	cmd := exec.CommandContext(context.Background(), "/bin/sh", "-s", "--", bin, strconv.Itoa(port))
	cmd.Dir = "/" // the server's user may not be allowed into this process's folder
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + where, "LC_ALL=C", "PASSWORD=" + password,
		"SETTINGS=" + strings.Join(settings, "\n")}
	cmd.SysProcAttr = attributes
	hold, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	_, writeErr := io.WriteString(hold, clusterScript)
	said, readErr := io.ReadAll(output) // the script closes it once it is ready
	folder, ready := strings.CutPrefix(strings.TrimSuffix(string(said), "\n"), "ready ")
	if !ready {
		return nil, fmt.Errorf("a throw-away server with the programs in %s does not start: %w",
			bin, errors.Join(errors.New(string(said)), writeErr, readErr, cmd.Wait()))
	}
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword("mittari", password),
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), Path: "/postgres", RawQuery: "sslmode=disable",
	}
	return &cluster{url: u.String(), bin: bin, folder: folder, hold: hold, wait: cmd.Wait}, nil
}

// findPrograms finds the folder with a server's programs: the first in the list
// path, else the newest version that matches one of the patterns.
func findPrograms(path string, patterns ...string) (string, error) {
	folders := filepath.SplitList(path)
	for _, pattern := range patterns {
		found, err := filepath.Glob(pattern)
		if err != nil {
			return "", err
		}
		slices.SortFunc(found, func(a, b string) int { return majorVersion(b) - majorVersion(a) })
		folders = append(folders, found...)
	}
	for _, folder := range folders {
		if isProgram(folder, "initdb") && isProgram(folder, "pg_ctl") && isProgram(folder, "postgres") {
			return folder, nil
		}
	}
	return "", fmt.Errorf("%w: neither PATH nor %s has initdb, pg_ctl and postgres",
		errNoPostgres, strings.Join(patterns, " nor "))
}

func isProgram(folder, name string) bool {
	info, err := os.Stat(filepath.Join(folder, name))
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// majorVersion is the number in a folder like …/15/bin or …/pgsql-15/bin, or 0.
func majorVersion(bin string) int {
	version, _ := strconv.Atoi(strings.TrimPrefix(filepath.Base(filepath.Dir(bin)), "pgsql-")) // 0 if it is none
	return version
}

// given are the ports that FreePort tried, of which somebody may be about to listen on each. It is a variable of
// the package for the reason that sharedCluster is.
//
//nolint:gochecknoglobals // see above
var given sync.Map

// FreePort finds a port of 127.0.0.1 that nobody listens on, below the ephemeral ones; never the same twice.
func FreePort() (int, error) {
	const tries = 100
	var last error
	for range tries {
		port := firstPort + random.IntN(lastPort-firstPort+1)
		if _, twice := given.LoadOrStore(port, true); twice {
			continue
		}
		listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			return port, listener.Close()
		}
		last = err
	}
	return 0, fmt.Errorf("no free port from %d to %d: %w", firstPort, lastPort, last)
}
