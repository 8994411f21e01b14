// Generate writes the OpenAPI document.
//
// swaggo reads the annotations and structs of api and models and gives a Swagger 2
// document; kin-openapi turns it into OpenAPI 3.0.3; the rest of this program
// adds what neither of them can say.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	out := flag.String("o", "", "the file to write; openapi/openapi.json of this module unless given")
	flag.Parse()
	if err := run(*out); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(out string) error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	if out == "" {
		out = filepath.Join(root, "openapi", "openapi.json")
	}
	text, err := generate(root)
	if err != nil {
		return err
	}
	return os.WriteFile(out, text, 0o644)
}

// moduleRoot is the nearest folder with a go.mod, from the working directory upwards.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if parent := filepath.Dir(dir); parent != dir {
			dir = parent
			continue
		}
		return "", fmt.Errorf("there is no go.mod here or above; run this inside the module")
	}
}
