package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/store"
)

// keysCommand manages API keys, straight in the database: it needs no key itself.
type keysCommand struct {
	Create createKeyCommand `cmd:"" help:"Make a key and print it, this once only."`
	List   listKeysCommand  `cmd:"" help:"List keys; they themselves are not stored and not shown."`
	Revoke revokeKeyCommand `cmd:"" help:"End a key for good. Running servers notice within 5 seconds."`
}

type createKeyCommand struct {
	databaseSettings
	Workspace string         `default:"default" help:"The workspace it lets in to (${default})."`
	Scope     []models.Scope `required:"" help:"What it allows: responses:write, responses:read, scores:read, observations:write, observations:read, catalog:write or admin; several with commas."`
	ExpiresAt *time.Time     `placeholder:"TIME" help:"When it ends by itself, such as 2027-11-20T08:00:00Z; never unless given."`
	ExpiresIn string         `placeholder:"DAYS" help:"Or in how many days or hours, such as 90d or 12h."`
	Name      string         `arg:"" help:"Who uses it, such as \"web shop\"."`
}

// Run makes the key.
func (c *createKeyCommand) Run(p *program) error {
	key, err := models.Key{Workspace: c.Workspace, Name: c.Name, Scopes: c.Scope, ExpiresAt: c.ExpiresAt}.Lasting(c.ExpiresIn, time.Now())
	if err != nil {
		return err
	}
	token, err := models.NewToken(nil)
	if err != nil {
		return err
	}
	key.Hash = models.HashToken(token)
	return withStore(p.doing("keys create"), c.databaseSettings, func(ctx context.Context, db *store.Store) error {
		if _, err := db.CreateKey(ctx, key); err != nil {
			return err
		}
		_, err := fmt.Fprintln(p.stdout, token)
		return err
	})
}

type listKeysCommand struct {
	databaseSettings
	Workspace string `default:"default" help:"Of which workspace (${default})."`
}

// Run lists the keys.
func (c *listKeysCommand) Run(p *program) error {
	return withStore(p, c.databaseSettings, func(ctx context.Context, db *store.Store) error {
		keys, err := db.FindKeys(ctx, c.Workspace)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tNAME\tSCOPES\tCREATED\tEXPIRES\tREVOKED\tLAST USED")
		for _, k := range keys {
			expires := orNone(k.ExpiresAt)
			if k.Expired(time.Now()) {
				expires += " (expired)"
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.Name, joinScopes(k.Scopes), k.CreatedAt.Format(time.RFC3339),
				expires, orNone(k.RevokedAt), orNone(k.LastUsedAt))
		}
		return table.Flush()
	})
}

// orNone is a time, or a dash.
func orNone(at *time.Time) string {
	if at == nil {
		return "-"
	}
	return at.Format(time.RFC3339)
}

func joinScopes(scopes []models.Scope) string {
	names := make([]string, len(scopes))
	for i, s := range scopes {
		names[i] = string(s)
	}
	return strings.Join(names, ",")
}

type revokeKeyCommand struct {
	databaseSettings
	Workspace string `default:"default" help:"The key's workspace (${default})."`
	ID        string `arg:"" help:"The key's id, as list shows it."`
}

// Run revokes the key.
func (c *revokeKeyCommand) Run(p *program) error {
	return withStore(p.doing("keys revoke"), c.databaseSettings, func(ctx context.Context, db *store.Store) error {
		return db.RevokeKey(ctx, c.Workspace, c.ID)
	})
}

// withStore opens the database that there is for one command.
func withStore(p *program, s databaseSettings, do func(context.Context, *store.Store) error) error {
	db, err := openStore(p, s, true, newLogger(p, "warn"))
	if err != nil {
		return err
	}
	defer db.Close()
	return do(p.ctx, db)
}
