package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// options are the flags.
type options struct {
	quick       bool
	rows        []int // none: all
	connections []int // of rows 1 and 2
	time        time.Duration
	rounds      int
	bulk        int // responses of row 4; row 5 takes a quarter
	senders     int // bulk requests at a time
	many, few   int // responses stored in rows 7 to 10
	verifyMany  bool
	on          string // the databases of what follows
	growth      bool   // what has tables of its own, instead of the rows
	overload    bool
	clients     int
	values      bool
	distinct    int
	expiry      bool
	exports     bool
	profile     string
}

// size is what a run takes unless flags say something else.
type size struct {
	time            time.Duration
	rounds          int
	bulk, many, few int
	distinct        int
}

func full() size { return size{4 * time.Second, 5, 1_000_000, 10_000_000, 100_000, 1_000_000} }

func quick() size { return size{time.Second, 3, 50_000, 500_000, 100_000, 50_000} }

const usage = `Runs the real server beside baselines, one after the other and again, and prints
the ratios of the two as a Markdown table. It starts what it needs itself, on
127.0.0.1: the server, the baselines and a PostgreSQL. The exit status is 1 when a row is missed.

Flags:
`

// parse reads the flags; what is wrong with them has been written to stderr.
func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	var rows, connections string
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(stderr, usage)
		flags.PrintDefaults()
	}
	normal := full()
	flags.BoolVar(&o.quick, "quick", false, "about 2 minutes: shorter measures and smaller sizes, which the table says")
	flags.StringVar(&rows, "rows", "", "the `numbers` of the rows to measure, such as 1,2,6; all unless given")
	flags.StringVar(&connections, "connections", "64,256", "the `numbers` of connections of rows 1 and 2")
	flags.DurationVar(&o.time, "time", normal.time, "how long a measure lasts, after a warm-up of a quarter of it")
	flags.IntVar(&o.rounds, "rounds", normal.rounds, "how many `times` each is measured, in turn with its baseline; rows 4, 5 and 8 three times at the most")
	flags.IntVar(&o.bulk, "bulk", normal.bulk, "`responses` sent in bulk in row 4; row 5 takes a quarter of them")
	flags.IntVar(&o.senders, "senders", 1, "bulk `requests` at a time, which share the responses of rows 4 and 5")
	flags.IntVar(&o.many, "many", normal.many, "`responses` stored in rows 7 to 10")
	flags.IntVar(&o.few, "few", normal.few, "the smaller number of `responses` that they are compared with")
	flags.BoolVar(&o.verifyMany, "verify", false, "have mittari verify recount the responses that were made also where they are more than a million, in minutes")
	flags.StringVar(&o.on, "on", "postgres,sqlite", "the `databases` of -growth, -overload, -values and -export")
	flags.BoolVar(&o.growth, "growth", false, "instead of the rows: how each work grows from 10,000 responses by tens to -many, on both databases; 15 minutes")
	flags.BoolVar(&o.overload, "overload", false, "instead of the rows: what becomes of requests, and of memory, when twice as many come as can be stored, on both databases; 4 minutes")
	flags.IntVar(&o.clients, "clients", 12_000, "the `connections` of -overload")
	flags.BoolVar(&o.values, "values", false, "instead of the rows: what becomes of the series, and of memory, when every response names a touchpoint of its own, on both databases; 10 minutes")
	flags.IntVar(&o.distinct, "distinct", normal.distinct, "the `responses` of -values with a touchpoint of their own, and again with the other keys")
	flags.BoolVar(&o.expiry, "retention", false, "instead of the rows: what is stored by as many -connections while responses older than a retention are deleted, of -many on PostgreSQL; 5 minutes")
	flags.BoolVar(&o.exports, "export", false, "instead of the rows: how fast responses are exported, and in what memory, from 100,000 by tens to -many, on both databases; 30 minutes")
	flags.StringVar(&o.profile, "profile", "", "write CPU profiles of the server during rows 1 to 5, and what PostgreSQL spent its time on, into this `folder`")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.quick {
		o.hurry(flags)
	}
	err := o.check(flags.Args(), rows, connections)
	if err != nil {
		fmt.Fprintln(stderr, "bench:", err)
	}
	return o, err
}

// hurry takes the quick sizes where no flag says something else.
func (o *options) hurry(flags *flag.FlagSet) {
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	short := quick()
	if !given["time"] {
		o.time = short.time
	}
	for name, to := range map[string]struct {
		value *int
		short int
	}{
		"rounds": {&o.rounds, short.rounds}, "bulk": {&o.bulk, short.bulk}, "many": {&o.many, short.many}, "few": {&o.few, short.few}, "distinct": {&o.distinct, short.distinct},
	} {
		if !given[name] {
			*to.value = to.short
		}
	}
}

// check names everything wrong with the flags at once.
func (o *options) check(rest []string, rows, connections string) error {
	var faults []error
	if len(rest) > 0 {
		faults = append(faults, fmt.Errorf("there are no arguments but flags; %q is none", rest[0]))
	}
	var err error
	if o.rows, err = numbers("rows", rows, lastRow); err != nil {
		faults = append(faults, err)
	}
	if o.connections, err = numbers("connections", connections, 10_000); err != nil || len(o.connections) == 0 {
		faults = append(faults, errors.Join(err, errors.New("-connections must be given")))
	}
	if o.special() && len(o.rows) > 0 {
		faults = append(faults, errors.New("-rows says which rows to measure; -growth, -overload, -values, -retention and -export are instead of them"))
	}
	if o.special() && len(o.kinds()) == 0 {
		faults = append(faults, fmt.Errorf("-on must be postgres, sqlite or both, is %q", o.on))
	}
	if o.time < 10*time.Millisecond {
		faults = append(faults, errors.New("-time must be 10ms at least"))
	}
	for name, n := range map[string]int{"rounds": o.rounds, "bulk": o.bulk, "senders": o.senders, "many": o.many, "few": o.few, "clients": o.clients, "distinct": o.distinct} {
		if n < 1 {
			faults = append(faults, fmt.Errorf("-%s must be 1 at least", name))
		}
	}
	return errors.Join(faults...)
}

// numbers reads a list of numbers from 1 to the most that is allowed.
func numbers(flag, list string, most int) ([]int, error) {
	var found []int
	for part := range strings.SplitSeq(list, ",") {
		if list == "" {
			break
		}
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || n < 1 || n > most {
			return nil, fmt.Errorf("-%s must be numbers from 1 to %d with commas between them, is %q", flag, most, list)
		}
		found = append(found, n)
	}
	return found, nil
}

// wants reports whether one of the rows was asked for.
func (o options) wants(rows []int) bool {
	return len(o.rows) == 0 || slices.ContainsFunc(rows, func(row int) bool { return slices.Contains(o.rows, row) })
}

// special reports whether something is measured instead of the rows.
func (o options) special() bool { return o.growth || o.overload || o.values || o.expiry || o.exports }

// kind is a database that -growth, -overload, -values and -export measure on.
type kind struct {
	name string
	open func(*bench) (string, error) // an empty one, which is gone after the group
}

// kinds are those that are wanted.
func (o options) kinds() []kind {
	var wanted []kind
	for flag, k := range map[string]kind{"postgres": {"PostgreSQL", (*bench).emptyPostgres}, "sqlite": {"SQLite", (*bench).emptySQLite}} {
		if slices.Contains(strings.Split(o.on, ","), flag) {
			wanted = append(wanted, k)
		}
	}
	return slices.SortedFunc(slices.Values(wanted), func(a, b kind) int { return strings.Compare(a.name, b.name) })
}

// fewRounds is for what takes long, or hardly varies.
func (o options) fewRounds() int { return min(3, o.rounds) }

// warmUp goes before each measure.
func (o options) warmUp() time.Duration { return o.time / 4 }
