// Generate writes the dashboards to the files that Grafana is provisioned with.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/mittari/mittari/grafana"
)

func main() {
	dir := flag.String("dir", "grafana/dashboards", "the folder to write to")
	flag.Parse()
	if err := write(*dir); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// write writes each dashboard to its file in the folder, which must exist.
func write(dir string) error {
	for name, dashboard := range grafana.Dashboards() {
		text, err := dashboard.JSON()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
