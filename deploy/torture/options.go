package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
)

// options are the flags.
type options struct {
	faults  []fault
	kinds   []kind
	seed    uint64
	seconds int
	kills   int
}

// kind is a database.
type kind string

const (
	sqlite   kind = "SQLite"
	postgres kind = "PostgreSQL"
)

const usage = `Runs the server, has eight clients write to it, and meanwhile does to it what happens to
servers. After each fault every acknowledged response has to be there, once. Prints a
Markdown table; the exit status is 1 when a promise was broken. It starts what it needs
itself, on 127.0.0.1; some faults need root, and are left out with the reason otherwise.

Faults:
%s
Flags:
`

// parse reads the flags; what is wrong with them has been written to stderr.
func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	var names, on string
	flags := flag.NewFlagSet("torture", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		var list strings.Builder
		for _, f := range faults() {
			fmt.Fprintf(&list, "  %-9s %s\n", f.name, f.told)
		}
		fmt.Fprintf(stderr, usage, list.String())
		flags.PrintDefaults()
	}
	flags.StringVar(&names, "fault", "", "the `names` of the faults, such as kill,disk; all unless given")
	flags.StringVar(&on, "on", "sqlite,postgres", "the `databases`")
	flags.Uint64Var(&o.seed, "seed", 0, "a `number` that repeats what is sent and when it strikes, if not what meets; at random unless given")
	flags.IntVar(&o.seconds, "seconds", 30, "for how many `seconds` each fault strikes again and again, on each database")
	flags.IntVar(&o.kills, "kills", 50, "how many `times` the fault kill strikes instead")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.seed == 0 {
		o.seed = rand.Uint64() //nolint:gosec // it is a number to repeat, no secret
	}
	err := o.choose(flags.Args(), names, on)
	if err != nil {
		fmt.Fprintln(stderr, "torture:", err)
	}
	return o, err
}

// choose names everything wrong with the flags at once.
func (o *options) choose(rest []string, names, on string) error {
	var wrong []error
	if len(rest) > 0 {
		wrong = append(wrong, fmt.Errorf("there are no arguments but flags; %q is none", rest[0]))
	}
	wanted := split(names)
	for _, f := range faults() {
		at := slices.Index(wanted, f.name)
		if at >= 0 || names == "" {
			o.faults = append(o.faults, f)
		}
		if at >= 0 {
			wanted = slices.Delete(wanted, at, at+1)
		}
	}
	if len(wanted) > 0 {
		wrong = append(wrong, fmt.Errorf("-fault: there is no fault %q; -h lists them", wanted[0]))
	}
	for _, name := range split(on) {
		k, known := map[string]kind{"sqlite": sqlite, "postgres": postgres}[name]
		if !known {
			wrong = append(wrong, fmt.Errorf("-on must be sqlite, postgres or both, is %q", on))
			break
		}
		o.kinds = append(o.kinds, k)
	}
	if o.seconds < 1 || o.seconds > 110 {
		wrong = append(wrong, errors.New("-seconds must be 1 to 110"))
	}
	if o.kills < 1 {
		wrong = append(wrong, errors.New("-kills must be 1 at least"))
	}
	return errors.Join(wrong...)
}

func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}
