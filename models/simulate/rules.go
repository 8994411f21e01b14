package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// rule is an alert: whether its condition holds on the morning after the last closed day.
type rule struct {
	name  string
	keeps int // so many days without its condition don't end it
	holds func(m *morning) bool
}

// readRules reads the alerts on answers from a file of Prometheus rules.
func readRules(path string) ([]rule, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the user names the file
	if err != nil {
		return nil, err
	}
	var file struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr   string
				KeepFiringFor string `yaml:"keep_firing_for"`
			}
		}
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var rules []rule
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			holds, err := readExpression(r.Expr)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", path, r.Alert, err)
			}
			keeps, err := time.ParseDuration(r.KeepFiringFor)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: keep_firing_for: %w", path, r.Alert, err)
			}
			rules = append(rules, rule{r.Alert, int(keeps / (24 * time.Hour)), holds})
		}
	}
	return rules, nil
}

var (
	conjunction = regexp.MustCompile(`\s+and(?:\s+ignoring\s*\([^)]*\))?\s+`)
	condition   = regexp.MustCompile(`^(\S+)(?:\s+(==|>=|<=|>|<)\s+(?:([0-9.]+)\s*\*\s*)?(\S+))?$`)
	selector    = regexp.MustCompile(`^(cx_\w+)(?:\{arm="(\w+)"\})?$`)
)

// readExpression reads the PromQL of an alert: series and comparisons joined by
// "and". That is all the rules need; anything else is refused.
func readExpression(text string) (func(*morning) bool, error) {
	var all []func(*morning) bool
	for _, part := range conjunction.Split(strings.TrimSpace(text), -1) {
		found := condition.FindStringSubmatch(part)
		if found == nil {
			return nil, fmt.Errorf("%q is more than a comparison of a series", part)
		}
		left, err := readOperand(found[1])
		if err != nil {
			return nil, err
		}
		if found[2] == "" {
			all = append(all, func(m *morning) bool { _, there := left(m); return there })
			continue
		}
		right, err := readOperand(found[4])
		if err != nil {
			return nil, err
		}
		factor := 1.0
		if found[3] != "" {
			if factor, err = strconv.ParseFloat(found[3], 64); err != nil {
				return nil, err
			}
		}
		all = append(all, compares(left, found[2], factor, right))
	}
	return func(m *morning) bool {
		for _, holds := range all {
			if !holds(m) {
				return false
			}
		}
		return true
	}, nil
}

// operand is a number or a published series; false where there is none.
type operand func(m *morning) (float64, bool)

func readOperand(text string) (operand, error) {
	if number, err := strconv.ParseFloat(text, 64); err == nil {
		return func(*morning) (float64, bool) { return number, true }, nil
	}
	found := selector.FindStringSubmatch(text)
	if found == nil {
		return nil, fmt.Errorf("%q is neither a number nor a series, with an arm at most", text)
	}
	of, known := figures()[found[1]]
	if !known {
		return nil, fmt.Errorf("%s is not simulated", found[1])
	}
	return func(m *morning) (float64, bool) { return of(m, found[2]) }, nil
}

func compares(left operand, operator string, factor float64, right operand) func(*morning) bool {
	return func(m *morning) bool {
		a, there := left(m)
		b, too := right(m)
		if !there || !too {
			return false
		}
		switch b *= factor; operator {
		case "==":
			return a == b
		case ">=":
			return a >= b
		case "<=":
			return a <= b
		case ">":
			return a > b
		}
		return a < b
	}
}

// naive are rules that other tools offer.
func naive() []rule {
	const far = 10 // points
	return []rule{
		{"week's score 10 below", 1, func(m *morning) bool { return m.scoreOf(7, 0) < m.score-far }},
		{"week's down by 10", 1, func(m *morning) bool { return m.scoreOf(7, 0) <= m.scoreOf(7, 7)-far }},
		{"day's score 10 below", 1, func(m *morning) bool { return m.scoreOf(1, 0) < m.score-far }},
	}
}
