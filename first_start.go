package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/ingest"
	"github.com/mittari/mittari/models/store"
)

// homeWorkspace is the workspace that the first start makes. Its admin keys may manage workspaces.
const homeWorkspace = "default"

// firstStart makes what a new database lacks: the workspace, an admin key and,
// when asked for, the sample. It returns how to write the admin key in a
// command: the key itself when it was made just now, "" when it is not known.
// Another pepper than that of the database is an error.
func firstStart(p *program, c *serveCommand, db *store.Store, writer *ingest.Writer, log *slog.Logger) (string, error) {
	p = p.doing("serve")
	if err := db.SettlePersons(p.ctx, c.persons()); err != nil {
		return "", err
	}
	_, err := db.CreateWorkspace(p.ctx, models.Workspace{Key: homeWorkspace, Name: "Default", TimeZone: c.firstTimeZone()})
	if err != nil && models.ErrorCode(err) != models.Conflict {
		return "", err
	}
	workspace, err := db.WorkspaceByKey(p.ctx, homeWorkspace)
	if err != nil {
		return "", err
	}
	if c.TimeZone != "" && c.TimeZone != workspace.TimeZone {
		log.WarnContext(p.ctx, "the time zone can't be changed; leave --time-zone out, or make another workspace",
			"stays", workspace.TimeZone, "asked", c.TimeZone)
	}
	if c.Sample {
		if err := loadSample(p, db, writer, workspace, time.Now(), c.persons()); err != nil {
			return "", fmt.Errorf("load the sample: %w", err)
		}
	}
	return adminKey(p, c.AdminKey, db)
}

// adminKey makes the first admin key: the token that was set, or one of its own when there is no key yet.
func adminKey(p *program, token string, db *store.Store) (string, error) {
	if token != "" {
		_, err := db.KeyByHash(p.ctx, models.HashToken(token))
		if models.ErrorCode(err) == models.NotFound {
			err = createAdmin(p.ctx, db, token)
		}
		if file := p.env("MITTARI_ADMIN_KEY_FILE"); file != "" {
			return "$(cat " + file + ")", err
		}
		return "$MITTARI_ADMIN_KEY", err
	}
	keys, err := db.FindKeys(p.ctx, homeWorkspace)
	if err != nil || len(keys) > 0 {
		return "", err
	}
	if token, err = models.NewToken(nil); err != nil {
		return "", err
	}
	return token, createAdmin(p.ctx, db, token)
}

func createAdmin(ctx context.Context, db *store.Store, token string) error {
	_, err := db.CreateKey(ctx, models.Key{Workspace: homeWorkspace, Name: "first admin key", Scopes: []models.Scope{models.Admin}, Hash: models.HashToken(token)})
	return err
}

// welcome prints what to open and a first command.
func welcome(w io.Writer, s *servers, key string) {
	fmt.Fprintf(w, `
Mittari %s is ready.

  Landing page   %s/
  API and docs   %s/docs/
  Scores         %s/metrics/cx   (for Prometheus)
  This process   %s/metrics
`, version, s.apiURL, s.apiURL, s.metricsURL, s.metricsURL)
	switch {
	case key == "":
		fmt.Fprint(w, "\nThe first admin key was shown at the first start; make another one with: mittari keys create NAME --scope admin\n\n")
		return
	case key[0] != '$':
		fmt.Fprintf(w, "\nThe admin key, shown this once only: %s\n", key)
	}
	fmt.Fprintf(w, `
Send a first answer, and ask for its score:

  curl %[1]s/v1/responses -H "Authorization: Bearer %[2]s" -d '{"metric":"nps","score":9}'
  curl "%[1]s/v1/scores?metric=nps&window=today" -H "Authorization: Bearer %[2]s"

`, s.apiURL, key)
}

// isTerminal reports whether somebody looks at what is written to w.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
