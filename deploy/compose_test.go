package deploy

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// composeFile is all that compose.yaml may hold; reading it is strict, so that
// whoever adds a setting also thinks of what to check.
type composeFile struct {
	Name     string
	Services map[string]service
	Volumes  map[string]any
}

type service struct {
	Image, Restart string
	Command        any // text or a list
	Build          *struct {
		Context, Dockerfile string
		Args                map[string]string
	}
	Environment map[string]string
	DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
	Healthcheck *struct {
		Test              []string
		Interval, Timeout string
		Retries           int
		StartPeriod       string `yaml:"start_period"`
	}
	Volumes         []string
	Ports           []string
	ReadOnly        bool     `yaml:"read_only"`
	CapDrop         []string `yaml:"cap_drop"`
	SecurityOpt     []string `yaml:"security_opt"`
	ShmSize         string   `yaml:"shm_size"`
	StopGracePeriod string   `yaml:"stop_grace_period"`
}

func compose(t *testing.T) composeFile {
	t.Helper()
	var c composeFile
	read(t, "compose.yaml", &c, yaml.Strict())
	for _, name := range []string{"postgres", "mittari", "prometheus", "alertmanager", "grafana"} {
		if _, there := c.Services[name]; !there {
			t.Errorf("compose.yaml has no service %s", name)
		}
	}
	return c
}

var pinned = regexp.MustCompile(`^[a-z/]+:v?\d+\.\d+(\.\d+)?(-[a-z0-9.]+)?$`)

func TestEveryServiceIsPinnedHealthCheckedAndLocal(t *testing.T) {
	dockerfile, err := os.ReadFile("Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range compose(t).Services {
		if s.Build == nil && !pinned.MatchString(s.Image) {
			t.Errorf("%s: image %q has no version", name, s.Image)
		}
		ownCheck := s.Healthcheck != nil && len(s.Healthcheck.Test) > 1
		if !ownCheck && (s.Build == nil || !strings.Contains(string(dockerfile), "\nHEALTHCHECK ")) {
			t.Errorf("%s has no health check", name)
		}
		if s.Restart != "unless-stopped" {
			t.Errorf("%s does not start again after a reboot", name)
		}
		for _, port := range s.Ports {
			if !strings.HasPrefix(port, "127.0.0.1:") {
				t.Errorf("%s: port %s is open to the network", name, port)
			}
		}
	}
	for _, from := range regexp.MustCompile(`(?m)^FROM (\S+)`).FindAllStringSubmatch(string(dockerfile), -1) {
		if from[1] != "scratch" && !pinned.MatchString(from[1]) {
			t.Errorf("Dockerfile: image %q has no version", from[1])
		}
	}
}

func TestEverythingThatComposeNamesExists(t *testing.T) {
	c := compose(t)
	for name, s := range c.Services {
		if s.Build != nil {
			mustExist(t, filepath.Join(s.Build.Context, s.Build.Dockerfile))
			mustExist(t, filepath.Join(s.Build.Context, "go.mod"))
		}
		for _, volume := range s.Volumes {
			source, _, _ := strings.Cut(volume, ":")
			if strings.HasPrefix(source, ".") {
				mustExist(t, source)
			} else if _, declared := c.Volumes[source]; !declared {
				t.Errorf("%s: the volume %s is not declared", name, source)
			}
		}
		for other, on := range s.DependsOn {
			if _, there := c.Services[other]; !there || on.Condition != "service_healthy" {
				t.Errorf("%s depends on %s, %s", name, other, on.Condition)
			}
		}
	}
}

func mustExist(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func TestEverySettingOfComposeIsInTheExample(t *testing.T) {
	example, err := os.ReadFile(".env.example")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, found := range regexp.MustCompile(`\$\{(\w+)`).FindAllStringSubmatch(string(text), -1) {
		used[found[1]] = true
		if !strings.Contains(string(example), "\n"+found[1]+"=") {
			t.Errorf("compose.yaml uses %s, which .env.example does not have", found[1])
		}
	}
	for _, line := range strings.Split(string(example), "\n") {
		if name, _, set := strings.Cut(line, "="); set && !strings.HasPrefix(line, "#") && !used[name] {
			t.Errorf(".env.example has %s, which nothing uses", name)
		}
	}
}

func TestComposeTargetsAreItsServices(t *testing.T) {
	services := compose(t).Services
	for _, path := range files(t, "prometheus/targets-compose/*.yml") {
		var groups []struct{ Targets []string }
		read(t, path, &groups, yaml.Strict())
		for _, group := range groups {
			for _, target := range group.Targets {
				host, port, _ := strings.Cut(target, ":")
				s, there := services[host]
				if !there {
					t.Errorf("%s: there is no service %s", path, host)
				}
				listens := s.Environment["MITTARI_METRICS_LISTEN"] == ":"+port
				published := slices.ContainsFunc(s.Ports, func(p string) bool { return strings.HasSuffix(p, ":"+port) })
				if !listens && !published {
					t.Errorf("%s: nothing of %s is known to listen at %s", path, host, port)
				}
			}
		}
	}
}

// provisioning is what Grafana is provisioned with: one datasource, one folder of dashboards.
type provisioning struct {
	Version     int `yaml:"apiVersion"`
	Datasources []struct {
		Name, UID, Type, Access, URL string
		IsDefault                    bool `yaml:"isDefault"`
		Editable                     bool
		JSON                         map[string]any `yaml:"jsonData"`
	}
	Providers []struct {
		Name, Folder, Type string
		FolderUID          string `yaml:"folderUid"`
		DisableDeletion    bool   `yaml:"disableDeletion"`
		AllowUIUpdates     bool   `yaml:"allowUiUpdates"`
		Interval           int    `yaml:"updateIntervalSeconds"`
		Options            struct{ Path string }
	}
}

func TestGrafanaFindsItsPrometheusAndItsDashboards(t *testing.T) {
	grafana := compose(t).Services["grafana"]
	value := func(name string) string {
		v := grafana.Environment[strings.TrimPrefix(name, "$")]
		if v == "" {
			t.Errorf("compose.yaml does not set %s for Grafana", name)
		}
		return v
	}
	var sources, dashboards provisioning
	read(t, "../grafana/provisioning/datasources/mittari.yaml", &sources, yaml.Strict())
	read(t, "../grafana/provisioning/dashboards/mittari.yaml", &dashboards, yaml.Strict())
	if sources.Version != 1 || dashboards.Version != 1 || len(sources.Datasources) != 1 || len(dashboards.Providers) != 1 {
		t.Fatalf("%+v %+v", sources, dashboards)
	}
	source := sources.Datasources[0]
	if source.Type != "prometheus" || source.Access != "proxy" || value(source.URL) != "http://prometheus:9090" {
		t.Errorf("%+v", source)
	}
	var prometheus struct {
		Global struct {
			Interval string `yaml:"scrape_interval"`
		}
	}
	read(t, "prometheus/prometheus.yml", &prometheus)
	if source.JSON["timeInterval"] != prometheus.Global.Interval {
		t.Errorf("Grafana believes scrapes are %v apart; they are %s", source.JSON["timeInterval"], prometheus.Global.Interval)
	}
	folder := value(dashboards.Providers[0].Options.Path)
	if !slices.Contains(grafana.Volumes, "../grafana/dashboards:"+folder+":ro") {
		t.Errorf("the dashboards are looked for in %s, where nothing is mounted", folder)
	}
	home := value("GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH")
	mustExist(t, filepath.Join("../grafana/dashboards", strings.TrimPrefix(home, folder)))
}
