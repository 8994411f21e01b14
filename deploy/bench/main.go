// Bench runs the real server beside baselines of its own and prints the ratios of
// the two, so that the table tells the same on a slow machine as on a fast one.
//
// go run ./deploy/bench -h
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
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole program; it returns the exit code: 0 every row was reached, 1
// one was missed or could not be measured, 2 called wrongly.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] == baselineCommand {
		if err := serveBaseline(ctx, args[1:], stdin); err != nil {
			fmt.Fprintln(stderr, "bench: baseline:", err)
			return 1
		}
		return 0
	}
	o, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	reached, err := measure(ctx, o, stdout, stderr)
	if err != nil {
		fmt.Fprintln(stderr, "bench:", err)
		return 1
	}
	if !reached {
		return 1
	}
	return 0
}

// measure runs the groups of rows that were asked for, and prints the table of what
// was measured, also when it is interrupted.
func measure(ctx context.Context, o options, stdout, stderr io.Writer) (reached bool, err error) {
	begun := time.Now()
	b := &bench{options: o, ctx: ctx, stderr: stderr, begun: begun}
	if err := b.prepare(); err != nil {
		return false, errors.Join(err, b.close())
	}
	machine, err := describe(ctx, b.dir)
	if err != nil {
		return false, errors.Join(err, b.close())
	}
	var faults []error
	for _, g := range o.groups() {
		if ctx.Err() != nil {
			break
		}
		if err := b.within(g.run); err != nil {
			b.say("%s: %v", g, err)
			faults = append(faults, fmt.Errorf("%s: %w", g, err))
		}
	}
	if ctx.Err() != nil {
		faults = append(faults, errors.New("interrupted: the table has what was measured until then"))
	}
	if err := b.close(); err != nil {
		faults = append(faults, err)
	}
	b.report(stdout, machine)
	return allReached(b.results), errors.Join(faults...)
}
