package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mittari/mittari/openapi"
)

// checkout is a git repository with the document and a changelog.
type checkout struct {
	t      *testing.T
	folder string
}

func newCheckout(t *testing.T) checkout {
	t.Helper()
	c := checkout{t, t.TempDir()}
	c.git("init", "--quiet")
	c.write("openapi/openapi.json", string(openapi.Document()))
	c.write("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n## [1.0.0]\n\n- **Breaking**: `GET /v1/comments` was another.\n")
	c.commit()
	return c
}

func (c checkout) git(args ...string) {
	c.t.Helper()
	command := exec.CommandContext(c.t.Context(), "git", append([]string{"-c", "user.name=test", "-c", "user.email=test@example.org"}, args...)...)
	command.Dir = c.folder
	if said, err := command.CombinedOutput(); err != nil {
		c.t.Fatalf("git %v: %v\n%s", args, err, said)
	}
}

func (c checkout) commit() {
	c.t.Helper()
	c.git("add", "--all")
	c.git("commit", "--quiet", "--allow-empty", "--message", "test")
}

func (c checkout) write(name, text string) {
	c.t.Helper()
	path := filepath.Join(c.folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// replace changes the checkout's document or changelog.
func (c checkout) replace(name, old, now string) {
	c.t.Helper()
	text, err := os.ReadFile(filepath.Join(c.folder, name))
	if err != nil {
		c.t.Fatal(err)
	}
	if !strings.Contains(string(text), old) {
		c.t.Fatalf("%s has no %q", name, old)
	}
	c.write(name, strings.ReplaceAll(string(text), old, now))
}

// says runs the comparison and holds what it prints, and the error that it ends with.
func (c checkout) says(want, fault string) {
	c.t.Helper()
	var out bytes.Buffer
	err := run(c.t.Context(), c.folder, filepath.Join("..", "..", "api", "clients"), &out)
	said := ""
	if err != nil {
		said = err.Error()
	}
	if !strings.Contains(out.String(), want) || (err == nil) != (fault == "") || !strings.Contains(said, fault) {
		c.t.Errorf("printed\n%swith the error %q; want %q and the error %q", &out, said, want, fault)
	}
}

func TestWhatBreaksClientsOfTheLastReleaseIsNamedInTheChangelog(t *testing.T) {
	t.Parallel()
	c := newCheckout(t)
	c.says("no tag of a release", "")
	c.git("tag", "v1.0.0")
	c.git("tag", "nightly")
	c.says("0 changes break clients of v1.0.0", "")

	c.replace("openapi/openapi.json", `"/v1/comments"`, `"/v1/sayings"`)
	c.commit()
	c.says("NOT NAMED in CHANGELOG.md: GET /v1/comments: ", "1 changes break clients of v1.0.0")
	for _, name := range []string{"GET /v1/comments", "/v1/comments", "api-path-removed-without-deprecation"} {
		c.replace("CHANGELOG.md", "## [Unreleased]\n", "## [Unreleased]\n\n- **Breaking**: `"+name+"` is gone.\n")
		c.says("named in CHANGELOG.md: GET /v1/comments: ", "")
		c.replace("CHANGELOG.md", "- **Breaking**: `"+name+"` is gone.\n", "")
	}
	c.says("NOT NAMED", "1 changes")
}

func TestWhatClientsRelyOnBreaksThemWhenItGoes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ old, now, says, fault string }{
		"a field that can be sent":        {`"submission_id": {`, `"submission_key": {`, "NOT NAMED in CHANGELOG.md: POST /v1/responses: ", "break clients"},
		"a field that an answer may have": {`"next_cursor": {`, `"next_page": {`, "(response-optional-property-removed)", "break clients"},
		"a default":                       {`"default": "company"`, `"default": "team"`, "(request-parameter-default-value-changed)", "break clients"},
		"the name of an operation":        {`"operationId": "findScores"`, `"operationId": "listScores"`, "(api-operation-id-removed)", "break clients"},
		"a word in an answer":             {`          "too_large",`, `          "too_large", "too_odd",`, "0 changes", ""},
		"a field in an answer":            {`"next_cursor": {`, `"pages": {"type": "integer"}, "next_cursor": {`, "0 changes", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkout := newCheckout(t)
			checkout.git("tag", "v1.0.0")
			checkout.replace("openapi/openapi.json", c.old, c.now)
			checkout.says(c.says, c.fault)
		})
	}
}

func TestReleaseWithoutADocumentIsComparedWithNothing(t *testing.T) {
	t.Parallel()
	c := newCheckout(t)
	c.git("rm", "--quiet", "--cached", "openapi/openapi.json")
	c.git("commit", "--quiet", "--message", "test")
	c.git("tag", "v0.0.1")
	c.says("since v0.0.1 had none", "")
}
