package storetest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestServerOfAProgramHasItsSettingsAndLeavesNothing(t *testing.T) {
	server, err := Start("shared_buffers = 32MB", "work_mem = 7MB")
	if err != nil {
		giveUp(t, os.Getenv("CI"), err)
	}
	url, _, err := server.Database(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	for setting, want := range map[string]string{"shared_buffers": "32MB", "work_mem": "7MB", "fsync": "on"} {
		if got := queryText(t, conn, "SELECT current_setting($1)", setting); got != want {
			t.Errorf("%s is %s, want %s", setting, got, want)
		}
	}
	for _, mode := range []string{"fast", "immediate"} {
		if err := server.Halt(mode); err != nil {
			t.Fatal(err)
		}
		if _, err := pgx.Connect(t.Context(), url); err == nil {
			t.Errorf("%s: a server that was stopped lets in", mode)
		}
		if err := server.Resume(); err != nil {
			t.Fatal(err)
		}
		if conn, err = pgx.Connect(t.Context(), url); err != nil {
			t.Fatal(err)
		}
	}
	folder := filepath.Dir(queryText(t, conn, "SELECT current_setting('data_directory')"))
	if err := server.Stop(); err != nil {
		t.Error(err)
	}
	awaitRemoval(t, folder)
}
