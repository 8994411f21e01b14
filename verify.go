package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/store"
)

// verifyCommand adds up the answers anew and compares with the rollups.
type verifyCommand struct {
	databaseSettings
	Workspace string `help:"Only this workspace; without it all of them."`
	Repair    bool   `help:"Write what the answers add up to where it differs."`
	Show      int    `default:"20" help:"How many differences to show (${default})."`
}

// Run exits with 1 when something differs and was not repaired.
func (c *verifyCommand) Run(p *program) error {
	return withStore(p.doing("verify --repair"), c.databaseSettings, func(ctx context.Context, db *store.Store) error {
		workspaces, err := workspacesOf(ctx, db, c.Workspace)
		if err != nil {
			return err
		}
		different := 0
		for _, w := range workspaces {
			found, err := db.Verify(ctx, w.Key, c.Repair)
			if err != nil {
				return fmt.Errorf("verify workspace %s: %w", w.Key, err)
			}
			c.report(p, w.Key, found)
			different += len(found)
		}
		if different > 0 && !c.Repair {
			return errors.New("the rollups differ from the answers; mend them with: mittari verify --repair")
		}
		return nil
	})
}

func (c *verifyCommand) report(p *program, workspace string, found []models.Difference) {
	verdict := "equal"
	switch {
	case len(found) > 0 && c.Repair:
		verdict = fmt.Sprintf("%d rollup rows repaired", len(found))
	case len(found) > 0:
		verdict = fmt.Sprintf("%d rollup rows differ", len(found))
	}
	fmt.Fprintf(p.stdout, "workspace %s: %s\n", workspace, verdict)
	for i, d := range found {
		if i == c.Show {
			fmt.Fprintf(p.stdout, "  … and %d more\n", len(found)-i)
			return
		}
		var keys []string
		for dimension, key := range d.Count.Keys {
			if key != "" {
				keys = append(keys, models.Dimension(dimension).String()+"="+key)
			}
		}
		fmt.Fprintf(p.stdout, "  %s %s score %d %s: the answers are %d, the rollup says %d\n",
			d.Count.Day, d.Count.Metric, d.Count.Score, strings.Join(keys, " "), d.Count.N, d.Stored)
	}
}
