package main

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mittari/mittari/openapi"
)

func TestClientsGeneratedFromTheDocumentUseTheServer(t *testing.T) {
	r := startReplica(t, sqliteURL(t))
	t.Run("go", func(t *testing.T) {
		t.Parallel()
		w := newWorkshop(t, r.api, "clients/go.mod", "clients/go.sum", "clients/oapi-codegen.yaml", "clients/smoke.go")
		w.runs("go", "tool", "oapi-codegen", "-config", "oapi-codegen.yaml", "openapi.json")
		w.says("smoke: all is well\n", "go", "run", ".")
	})
	t.Run("typescript", func(t *testing.T) {
		t.Parallel()
		w := newWorkshop(t, r.api, "clients/package.json", "clients/tsconfig.json", "clients/smoke.ts")
		w.takeModules()
		w.runs("node_modules/.bin/openapi-typescript", "openapi.json", "--default-non-nullable", "false", "--output", "schema.d.ts")
		w.runs("node_modules/.bin/tsc", "--project", ".")
		w.says("smoke: all is well\n", installed(t, "node", "nodejs"), "out/smoke.js")
	})
}

// workshop is a folder of the test's own, where programs of others use a server.
type workshop struct {
	t      testing.TB
	folder string
	env    []string
}

// newWorkshop has openapi.json and copies of the named files of the folder api.
func newWorkshop(t testing.TB, server string, files ...string) *workshop {
	t.Helper()
	w := &workshop{t: t, folder: t.TempDir()}
	w.env = append(os.Environ(), "MITTARI_URL="+server, "MITTARI_KEY="+testKey, "CGO_ENABLED=0", "GOFLAGS=-trimpath")
	w.write("openapi.json", openapi.Document())
	for _, name := range files {
		text, err := os.ReadFile(filepath.Join("api", name))
		if err != nil {
			t.Fatal(err)
		}
		w.write(filepath.Base(name), text)
	}
	return w
}

func (w *workshop) write(name string, text []byte) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.folder, name), text, 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// takeModules lets the folder use the npm packages that .ci/setup has installed.
// Where there are none the test is skipped, but never in CI.
func (w *workshop) takeModules() {
	w.t.Helper()
	modules, err := filepath.Abs(filepath.Join("api", "clients", "node_modules"))
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := os.Stat(modules); errors.Is(err, fs.ErrNotExist) {
		if os.Getenv("CI") != "" {
			w.t.Fatal("the npm packages are not installed: see .ci/setup")
		}
		w.t.Skip("SKIPPED, NOTHING WAS TESTED WITH THEM: install the npm packages with .ci/setup")
	}
	if err := os.Symlink(modules, filepath.Join(w.folder, "node_modules")); err != nil {
		w.t.Fatal(err)
	}
}

// runs runs a program in the folder to its end and gives what it printed.
func (w *workshop) runs(program string, args ...string) string {
	w.t.Helper()
	if strings.HasPrefix(program, "node_modules/") {
		program = filepath.Join(w.folder, program)
	}
	command := exec.CommandContext(w.t.Context(), program, args...)
	command.Dir, command.Env = w.folder, w.env
	said, err := command.CombinedOutput()
	if err != nil {
		w.t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, said)
	}
	return string(said)
}

// says runs a program in the folder and holds what it prints against what is wanted.
func (w *workshop) says(want, program string, args ...string) {
	w.t.Helper()
	if said := w.runs(program, args...); said != want {
		w.t.Errorf("%s %s printed %q, want %q", program, strings.Join(args, " "), said, want)
	}
}
