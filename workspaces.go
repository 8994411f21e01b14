package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/store"
)

// workspacesCommand manages workspaces, straight in the database.
type workspacesCommand struct {
	Create createWorkspaceCommand `cmd:"" help:"Make a workspace. Its keys are made by: mittari keys create --workspace."`
	List   listWorkspacesCommand  `cmd:"" help:"List the workspaces."`
}

type createWorkspaceCommand struct {
	databaseSettings
	Key      string `arg:"" help:"A short name of a–z, 0–9 and -."`
	Name     string `help:"What people call it."`
	TimeZone string `default:"UTC" help:"Whose days its days are, such as Europe/Helsinki (${default}). It can't be changed later."`
}

// Run makes the workspace, and the database where there is none: it may be set up before it is served.
func (c *createWorkspaceCommand) Run(p *program) error {
	workspace := models.Workspace{Key: c.Key, Name: c.Name, TimeZone: c.TimeZone}
	if err := workspace.Check(); err != nil {
		return err
	}
	db, err := openStore(p, c.databaseSettings, false, newLogger(p, "warn"))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.CreateWorkspace(p.doing("workspaces create").ctx, workspace)
	return err
}

type listWorkspacesCommand struct{ databaseSettings }

// Run lists the workspaces.
func (c *listWorkspacesCommand) Run(p *program) error {
	return withStore(p, c.databaseSettings, func(ctx context.Context, db *store.Store) error {
		workspaces, err := db.FindWorkspaces(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "KEY\tNAME\tTIME ZONE\tCREATED")
		for _, w := range workspaces {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", w.Key, w.Name, w.TimeZone, w.CreatedAt.Format(time.RFC3339))
		}
		return table.Flush()
	})
}

// workspacesOf is the workspace of that key, or with "" all of them.
func workspacesOf(ctx context.Context, db *store.Store, key string) ([]models.Workspace, error) {
	if key == "" {
		return db.FindWorkspaces(ctx)
	}
	w, err := db.WorkspaceByKey(ctx, key)
	return []models.Workspace{w}, err
}
