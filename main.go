// Mittari records what customers and employees answer and publishes honest scores as Prometheus series.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	_ "time/tzdata" // workspaces have time zones, also where the system has no zone files

	"github.com/alecthomas/kong"

	"github.com/mittari/mittari/models"
)

// version is set by the linker at a release.
var version = "dev"

type commands struct {
	Serve      serveCommand      `cmd:"" help:"Run the server: the API, and the series for Prometheus."`
	Send       sendCommand       `cmd:"" help:"Store one response at a running server, from a shell or a CI job."`
	Import     importCommand     `cmd:"" help:"Send the rows of a CSV file to a running server."`
	Verify     verifyCommand     `cmd:"" help:"Check that the rollups equal what the stored answers add up to."`
	Backup     backupCommand     `cmd:"" help:"Write a copy of the database as it is at one moment, also while servers run."`
	Backfill   backfillCommand   `cmd:"" help:"Write the history of the series, for Prometheus to take in."`
	Keys       keysCommand       `cmd:"" help:"Create, list and revoke API keys."`
	Workspaces workspacesCommand `cmd:"" help:"Create and list workspaces."`
	Version    versionCommand    `cmd:"" help:"Print the version."`
}

// program is what a command may use of the world outside.
type program struct {
	ctx            context.Context // ends when the program is asked to stop
	env            func(string) string
	stdout, stderr io.Writer
}

// doing is the program while it runs a command, of which the audit log is to tell.
func (p *program) doing(command string) *program {
	doing := *p
	doing.ctx = models.WithActor(p.ctx, models.Actor{Route: "mittari " + command})
	return &doing
}

// ballast is memory that nobody uses, which therefore takes none of the machine: the heap
// grows by as much more between two collections. A server with a small heap would
// otherwise collect garbage many times a second.
const ballast = 32 << 20

func main() {
	held := make([]byte, ballast)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	runtime.KeepAlive(held)
	os.Exit(code)
}

// coded is an error with an exit code of its own.
type coded struct {
	code int
	error
}

// Unwrap is the error without its code.
func (c coded) Unwrap() error { return c.error }

// run is the whole program; it returns the exit code: 0 done, 1 failed, 2 called wrongly, or that of a coded error.
func run(ctx context.Context, args []string, env func(string) string, stdout, stderr io.Writer) int {
	var cli commands
	exit := -1
	parser, err := kong.New(&cli,
		kong.Name("mittari"),
		kong.Description("Records what customers and employees answer and publishes honest scores as Prometheus series."),
		kong.UsageOnError(), kong.Writers(stdout, stderr), kong.Exit(func(code int) { exit = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.Resolvers(settingsFrom(env)), defaultFloors(), kong.ValueFormatter(settingHelp),
	)
	if err != nil {
		fmt.Fprintln(stderr, "mittari:", err)
		return 2
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	call, err := parser.Parse(args)
	if exit >= 0 {
		return exit // --help was asked for
	}
	if err != nil {
		fmt.Fprintln(stderr, "mittari:", err)
		return 2
	}
	if err := call.Run(&program{ctx: ctx, env: env, stdout: stdout, stderr: stderr}); err != nil {
		fmt.Fprintln(stderr, "mittari:", err)
		if with := (coded{}); errors.As(err, &with) {
			return with.code
		}
		return 1
	}
	return 0
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(p *program) error {
	_, err := fmt.Fprintln(p.stdout, "mittari", version)
	return err
}
