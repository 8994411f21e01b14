// Compare tells what in openapi.json breaks clients of the last release, and fails
// when CHANGELOG.md does not say so.
//
// A line of the changelog, above the section of that release, says so when it
// begins with "- **Breaking**" and names, in backquotes, the operation (GET /v1/scores),
// its path, or the kind of change that oasdiff prints behind each.
//
// By api/clients/severity.txt more breaks than by oasdiff's own rules: a field that an
// answer may have and that goes, another default, another operationId. A new word in an
// answer does not: clients are told to expect it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const document = "openapi/openapi.json"

func main() {
	if err := run(context.Background(), ".", filepath.Join("api", "clients"), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

// run compares the document in the git checkout root with that of its last release
// tag; where there is none it says so and is content. tools is the module that has oasdiff.
func run(ctx context.Context, root, tools string, out io.Writer) error {
	tag, err := output(ctx, root, "git", "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*")
	if err != nil {
		fmt.Fprintf(out, "%s: compared with nothing, since this checkout has no tag of a release (a shallow one has none)\n", document)
		return nil
	}
	tag = strings.TrimSpace(tag)
	before, err := output(ctx, root, "git", "show", tag+":"+document)
	if err != nil {
		fmt.Fprintf(out, "%s: compared with nothing, since %s had none\n", document, tag)
		return nil
	}
	breaks, err := compare(ctx, root, tools, before)
	if err != nil {
		return err
	}
	changelog, err := os.ReadFile(filepath.Join(root, "CHANGELOG.md"))
	if err != nil {
		return err
	}
	return tell(out, tag, breaks, breakingLines(string(changelog), tag))
}

// change is one that breaks clients, as oasdiff tells it.
type change struct {
	ID        string `json:"id"`
	Text      string `json:"text"`
	Operation string `json:"operation"` // "" of what all operations share
	Path      string `json:"path"`
}

// compare finds what breaks clients of the document before.
func compare(ctx context.Context, root, tools, before string) ([]change, error) {
	folder, err := os.MkdirTemp("", "")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	old := filepath.Join(folder, "openapi.json")
	if err := os.WriteFile(old, []byte(before), 0o600); err != nil {
		return nil, err
	}
	now, err := filepath.Abs(filepath.Join(root, document))
	if err != nil {
		return nil, err
	}
	found, err := output(ctx, tools, "go", "tool", "oasdiff", "breaking", "--flatten-allof", "--severity-levels", "severity.txt", "--format", "json", old, now)
	if err != nil {
		return nil, err
	}
	var breaks []change
	return breaks, json.Unmarshal([]byte(found), &breaks)
}

// tell prints every change that breaks clients, and fails when one is not named by any of the lines.
func tell(out io.Writer, tag string, breaks []change, lines []string) error {
	unnamed := 0
	for _, c := range breaks {
		mark := "named in CHANGELOG.md"
		if !c.named(lines) {
			mark = "NOT NAMED in CHANGELOG.md"
			unnamed++
		}
		fmt.Fprintf(out, "%s: %s %s: %s (%s)\n", mark, c.Operation, c.Path, c.Text, c.ID)
	}
	if unnamed > 0 {
		return fmt.Errorf("%d changes break clients of %s and CHANGELOG.md does not say so: undo them, or write there \"- **Breaking**: …\" with `METHOD /path` or the kind of change", unnamed, tag)
	}
	fmt.Fprintf(out, "%s: %d changes break clients of %s\n", document, len(breaks), tag)
	return nil
}

func (c change) named(lines []string) bool {
	for _, line := range lines {
		for _, name := range []string{c.Operation + " " + c.Path, c.Path, c.ID} {
			if strings.Contains(line, "`"+name+"`") {
				return true
			}
		}
	}
	return false
}

// breakingLines are the lines of the changelog that tell of what breaks, of the releases after the tag's.
func breakingLines(changelog, tag string) []string {
	newer, _, _ := strings.Cut(changelog, "\n## ["+strings.TrimPrefix(tag, "v")+"]")
	var lines []string
	for line := range strings.Lines(newer) {
		if strings.HasPrefix(line, "- **Breaking**") {
			lines = append(lines, line)
		}
	}
	return lines
}

// output runs a program in the folder and gives what it prints.
func output(ctx context.Context, folder, program string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, program, args...)
	command.Dir = folder
	text, err := command.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return "", fmt.Errorf("%s %s: %w\n%s", program, strings.Join(args, " "), err, failed.Stderr)
	}
	return string(text), err
}
