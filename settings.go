package main

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/mittari/mittari/models"
)

// A flag tagged `setting:""` can also be given as an environment variable, and
// as a file that holds its value: --database-url as MITTARI_DATABASE_URL or
// MITTARI_DATABASE_URL_FILE. The flag goes before the variable, the variable before the file.

func settingName(flag *kong.Flag) string {
	return "MITTARI_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
}

// settingsFrom reads settings from the environment.
func settingsFrom(env func(string) string) kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if !flag.Tag.Has("setting") {
			return nil, nil
		}
		name := settingName(flag)
		if value := env(name); value != "" {
			return value, nil
		}
		file := env(name + "_FILE")
		if file == "" {
			return nil, nil
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("%s_FILE: %w", name, err)
		}
		return strings.TrimSpace(string(text)), nil
	})
}

// settingHelp names a setting's variable in --help.
func settingHelp(value *kong.Value) string {
	help := kong.DefaultHelpValueFormatter(value)
	if value.Flag != nil && value.Tag.Has("setting") {
		help = strings.TrimSuffix(help, ".") + " ($" + settingName(value.Flag) + ")."
	}
	return help
}

// databaseSettings say where everything is kept.
type databaseSettings struct {
	DatabaseURL string `name:"database-url" setting:"" default:"sqlite:data/mittari.db" placeholder:"URL" help:"Where to keep everything: sqlite:///path/file.db or postgres://user:password@host/database."`
	MaxKeys     int    `setting:"" default:"1000" help:"How many touchpoints, segments, channels, teams and surveys each are created on first use; the series of further ones are told as other."`
}

// serveSettings are those of the server, beside the database's.
type serveSettings struct {
	Listen           string        `setting:"" default:"localhost:8080" placeholder:"ADDRESS" help:"Where the API listens (${default})."`
	MetricsListen    string        `setting:"" default:"localhost:9464" placeholder:"ADDRESS" help:"Where Prometheus finds the series (${default})."`
	MetricsWebConfig string        `setting:"" placeholder:"FILE" help:"TLS and basic authentication of the metrics listener, as in Prometheus exporters."`
	AdminKey         string        `setting:"" placeholder:"KEY" help:"The first admin key; without one it is made at the first start and printed once."`
	TimeZone         string        `setting:"" placeholder:"ZONE" help:"The time zone of the workspace that the first start makes (UTC); it can't be changed later."`
	Queue            int           `setting:"" default:"10000" help:"How many requests may wait to be stored before further ones are told to try again (${default})."`
	QueueWait        time.Duration `setting:"" default:"500ms" help:"How long a response may have to wait to be stored before further ones are told to try again (${default})."`
	Retention        string        `setting:"" placeholder:"DAYS" help:"Delete responses with their answers and comments this many days after they were given, such as 400d (30d at least), in workspaces that set no retention of their own; scores stay. Kept for ever unless given."`
	PersonPepper     string        `setting:"" placeholder:"SECRET" help:"Store persons as keyed hashes by this secret (20 characters at least), never their ids. It can't be changed later."`
	WebhookAllow     []string      `setting:"" placeholder:"ADDRESS" help:"Private addresses or networks (10.0.0.0/8), between commas, that webhooks may be delivered to. Public ones only unless given."`
	StopDelay        time.Duration `setting:"" default:"500ms" help:"How long to go on taking requests when stopping, for clients and load balancers to go elsewhere: /readyz says so, and each answer closes its connection (${default})."`
	DrainTimeout     time.Duration `setting:"" default:"30s" help:"How long to wait for requests under way after that (${default})."`
	guardSettings
	oidcSettings
	dropSettings
	Pprof    bool   `setting:"" help:"Serve profiles of this process at /debug/pprof/ on the metrics listener."`
	LogLevel string `setting:"" default:"info" enum:"debug,info,warn,error" help:"debug, info, warn or error (${default})."`
}

// dropSettings say how drops are looked for.
type dropSettings struct {
	DropFloorDay   float64 `setting:"" default:"${floor_day}" placeholder:"POINTS" help:"By how many points (SD) a score moves from day to day without a reason, for drop detection (${default})."`
	DropFloorWeek  float64 `setting:"" default:"${floor_week}" placeholder:"POINTS" help:"The same from week to week (${default}); cx_score_floor_suggested tells what was measured."`
	DropFloorMonth float64 `setting:"" default:"${floor_month}" placeholder:"POINTS" help:"The same for 28 days (${default})."`
	DeclineFloor   float64 `setting:"" default:"${floor_decline}" placeholder:"POINTS" help:"The same for the CUSUM of slow declines (${default})."`
}

// check names every floor that can't be.
func (s dropSettings) check() error {
	var faults []error
	for name, floor := range map[string]float64{"--drop-floor-day": s.DropFloorDay, "--drop-floor-week": s.DropFloorWeek,
		"--drop-floor-month": s.DropFloorMonth, "--decline-floor": s.DeclineFloor} {
		if !(floor >= 0 && floor <= 100) {
			faults = append(faults, fmt.Errorf("%s must be 0 to 100 points", name))
		}
	}
	return errors.Join(faults...)
}

// check names everything wrong with the settings at once.
func (s serveSettings) check() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	for name, address := range map[string]string{"--listen": s.Listen, "--metrics-listen": s.MetricsListen} {
		if _, _, err := net.SplitHostPort(address); err != nil {
			fault("%s must be host:port, such as localhost:8080 or :8080, is %q", name, address)
		}
	}
	if err := (models.Workspace{Key: homeWorkspace, TimeZone: s.firstTimeZone()}).Check(); err != nil {
		fault("--time-zone must be an IANA time zone such as Europe/Helsinki, is %q", s.TimeZone)
	}
	if s.AdminKey != "" && len(s.AdminKey) < models.MinTokenLength {
		fault("--admin-key must have %d characters at least", models.MinTokenLength)
	}
	faults = append(faults, s.guardSettings.faults()...)
	faults = append(faults, s.oidcSettings.faults()...)
	faults = append(faults, s.dropSettings.check())
	if _, err := models.ParseRetention(s.Retention); err != nil {
		fault("--retention %w", err)
	}
	if _, err := models.NewPersons(s.PersonPepper); err != nil {
		fault("--person-pepper %w", err)
	}
	if _, err := models.NewReach(s.WebhookAllow); err != nil {
		fault("--webhook-allow %w", err)
	}
	if s.Queue < 1 {
		fault("--queue must be 1 at least")
	}
	if s.QueueWait <= 0 {
		fault("--queue-wait must be more than 0s")
	}
	return errors.Join(faults...)
}

// firstTimeZone is that of the workspace that the first start makes.
func (s serveSettings) firstTimeZone() string { return cmp.Or(s.TimeZone, "UTC") }

// kept is for how long raw answers are kept; check says whether that is a number of days.
func (s serveSettings) kept() models.Retention {
	kept, _ := models.ParseRetention(s.Retention)
	return kept
}

// persons says how persons are stored; check says whether the pepper is long enough.
func (s serveSettings) persons() models.Persons {
	persons, _ := models.NewPersons(s.PersonPepper)
	return persons
}

// reach says where webhooks may be delivered to; check says whether it can be read.
func (s serveSettings) reach() models.Reach {
	reach, _ := models.NewReach(s.WebhookAllow)
	return reach
}

// defaultFloors are the defaults of the floors, which the domain holds, for the flags' tags.
func defaultFloors() kong.Vars {
	vars := kong.Vars{"floor_decline": fmt.Sprint(models.DeclineFloor)}
	for _, arm := range models.Arms() {
		vars["floor_"+arm.Name] = fmt.Sprint(arm.Floor)
	}
	return vars
}

// watch are the settings as the domain has them.
func (s dropSettings) watch() models.WatchSettings {
	w := models.DefaultWatch()
	w.DeclineFloor = s.DeclineFloor
	floors := map[string]float64{"day": s.DropFloorDay, "week": s.DropFloorWeek, "month": s.DropFloorMonth}
	for i := range w.Arms {
		w.Arms[i].Floor = floors[w.Arms[i].Name]
	}
	return w
}
