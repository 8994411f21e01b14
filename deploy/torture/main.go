// Torture runs the real server and does to it what happens to servers: it is killed,
// its database goes away, the network fails, the disk is full. Meanwhile clients write and
// keep what was acknowledged; after each fault everything is held against that.
//
// go run ./deploy/torture -h
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/rs/zerolog"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole program; it returns the exit code: 0 every promise was kept, 1
// one was broken or could not be tried, 2 called wrongly.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	zerolog.SetGlobalLevel(zerolog.Disabled) // toxiproxy's
	t := &torture{options: o, stderr: stderr, begun: time.Now()}
	err = t.all(ctx)
	t.report(stdout)
	if err != nil {
		fmt.Fprintln(stderr, "torture:", err)
		return 1
	}
	return 0
}
