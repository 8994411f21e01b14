package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// run runs one of Prometheus's own tools and gives what it printed. Where it is
// not installed the test is skipped, but never in CI.
func run(t *testing.T, tool string, arguments ...string) (string, error) {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err != nil {
		message := tool + " is not installed (Debian: apt-get install prometheus prometheus-alertmanager)"
		if os.Getenv("CI") != "" {
			t.Fatal(message)
		}
		t.Skip("NOT CHECKED: " + message)
	}
	output, err := exec.CommandContext(t.Context(), path, arguments...).CombinedOutput()
	return string(output), err
}

// succeed fails the test when the tool finds fault.
func succeed(t *testing.T, tool string, arguments ...string) {
	t.Helper()
	if output, err := run(t, tool, arguments...); err != nil {
		t.Errorf("%s %s: %v\n%s", tool, strings.Join(arguments, " "), err, output)
	}
}

// read decodes a YAML file; a field that target doesn't have is a fault when strict.
func read(t *testing.T, path string, target any, options ...yaml.DecodeOption) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalWithOptions(text, target, options...); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// files are those that a pattern matches, at least one.
func files(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		t.Fatalf("no file matches %s (%v)", pattern, err)
	}
	return found
}

func TestPrometheusAcceptsItsConfiguration(t *testing.T) {
	succeed(t, "promtool", "check", "config", "prometheus/prometheus.yml")
}

func TestAlertsFireAndStayQuietAsPromised(t *testing.T) {
	succeed(t, "promtool", append([]string{"test", "rules"}, files(t, "prometheus/tests/*.yml")...)...)
}

// ruleFile is what is checked of a file of rules.
type ruleFile struct {
	Groups []struct {
		Name  string
		Rules []rule
	}
}

type rule struct {
	Alert         string
	Expr          string
	For           string
	KeepFiringFor string `yaml:"keep_firing_for"`
	Labels        map[string]string
	Annotations   map[string]string
}

var severityPattern = regexp.MustCompile(`\b(critical|warning)\b`)

// severities are those that the alert may have: a template chooses among several.
func (r rule) severities() []string { return severityPattern.FindAllString(r.Labels["severity"], -1) }

func alerts(t *testing.T) []rule {
	t.Helper()
	var all []rule
	for _, path := range files(t, "prometheus/rules/*.yml") {
		var file ruleFile
		read(t, path, &file, yaml.Strict())
		for _, g := range file.Groups {
			if g.Name == "" {
				t.Errorf("%s: a group has no name", path)
			}
			all = append(all, g.Rules...)
		}
	}
	return all
}

func TestEveryAlertSaysWhatIsWrongWhoseItIsAndWhatToDo(t *testing.T) {
	for _, a := range alerts(t) {
		if len(a.severities()) == 0 {
			t.Errorf("%s: severity is %q", a.Alert, a.Labels["severity"])
		}
		if a.Labels["owner"] == "" || a.For == "" || a.KeepFiringFor == "" {
			t.Errorf("%s needs an owner, for and keep_firing_for", a.Alert)
		}
		if !strings.Contains(a.Annotations["summary"], "{{ $") || a.Annotations["description"] == "" {
			t.Errorf("%s needs a description and a summary that says which or how much", a.Alert)
		}
		name, ours := strings.CutPrefix(a.Annotations["runbook_url"], "https://github.com/mittari/mittari/blob/main/deploy/")
		runbook, err := os.ReadFile(filepath.FromSlash(name))
		if !ours || err != nil {
			t.Errorf("%s: no runbook at %q (%v)", a.Alert, a.Annotations["runbook_url"], err)
		} else if !strings.Contains(string(runbook), a.Alert) {
			t.Errorf("%s does not speak of %s", name, a.Alert)
		}
	}
}

func TestEveryAlertHasACaseThatFiresAndOneThatStaysQuiet(t *testing.T) {
	fires, quiet := map[string]bool{}, map[string]bool{}
	for _, path := range files(t, "prometheus/tests/*.yml") {
		var file struct {
			Tests []struct {
				Cases []struct {
					Alert    string `yaml:"alertname"`
					Expected []any  `yaml:"exp_alerts"`
				} `yaml:"alert_rule_test"`
			}
		}
		read(t, path, &file)
		for _, test := range file.Tests {
			for _, c := range test.Cases {
				fires[c.Alert] = fires[c.Alert] || len(c.Expected) > 0
				quiet[c.Alert] = quiet[c.Alert] || len(c.Expected) == 0
			}
		}
	}
	for _, a := range alerts(t) {
		if !fires[a.Alert] || !quiet[a.Alert] {
			t.Errorf("%s: a case that fires: %v, one that is quiet: %v", a.Alert, fires[a.Alert], quiet[a.Alert])
		}
	}
}

func TestBothSetsOfTargetsNameTheSameFiles(t *testing.T) {
	names := func(dir string) []string {
		var names []string
		for _, path := range files(t, dir+"/*.yml") {
			names = append(names, filepath.Base(path))
		}
		return names
	}
	if local, compose := names("prometheus/targets"), names("prometheus/targets-compose"); !slices.Equal(local, compose) {
		t.Errorf("targets has %v, targets-compose %v", local, compose)
	}
}
