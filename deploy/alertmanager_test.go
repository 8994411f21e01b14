package deploy

import (
	"strings"
	"testing"
)

const alertmanagerConfig = "alertmanager/alertmanager.yml"

func TestAlertsReachWhomTheyConcern(t *testing.T) {
	succeed(t, "amtool", "check-config", alertmanagerConfig)
	reaches := func(receiver string, labels ...string) {
		t.Helper()
		succeed(t, "amtool", append([]string{"config", "routes", "test", "--config.file=" + alertmanagerConfig, "--verify.receivers=" + receiver}, labels...)...)
	}
	for _, a := range alerts(t) {
		for _, severity := range a.severities() {
			labels := []string{"alertname=" + a.Alert, "severity=" + severity, "workspace=acme", "metric=nps"}
			switch {
			case severity == "critical":
				reaches("on-call", append(labels, "level=company", "owner=platform")...)
			case strings.HasPrefix(a.Alert, "CX"):
				reaches("company", append(labels, "level=company", "owner=customer-experience")...)
				reaches("customer-experience", append(labels, "level=touchpoint", "owner=customer-experience")...)
				reaches("owners", append(labels, "level=touchpoint", "owner=branches")...)
			default:
				reaches("owners", append(labels, "owner="+a.Labels["owner"])...)
			}
		}
	}
}
