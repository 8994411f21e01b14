package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
)

// dumpPostgres has pg_dump write the database to the file. What it reads is of one moment.
func dumpPostgres(ctx context.Context, database, to string) error {
	u, err := url.Parse(database)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return errors.New("the database URL must begin with postgres:// or be of SQLite, such as sqlite:///path/file.db") // it may hold a password: it is not told
	}
	program, err := exec.LookPath("pg_dump")
	if err != nil {
		return fmt.Errorf("pg_dump is needed, of the server's version or a later one (Debian, Ubuntu: postgresql-client); "+
			"or run it where it is: pg_dump --format=custom --file=FILE --dbname=URL: %w", err)
	}
	dump := exec.CommandContext(ctx, program, "--format=custom", "--no-password", "--file="+to, "--dbname="+withoutSecrets(u))
	dump.Env = os.Environ()
	password, _ := u.User.Password()
	if password = cmp.Or(u.Query().Get("password"), password); password != "" { // arguments can be seen by everybody on the machine
		dump.Env = append(dump.Env, "PGPASSWORD="+password)
	}
	if said, err := dump.CombinedOutput(); err != nil {
		return fmt.Errorf("pg_dump: %w\n%s", err, said)
	}
	return nil
}

// withoutSecrets is the URL without a password, and without what only this program understands.
func withoutSecrets(database *url.URL) string {
	u := *database
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	query := u.Query()
	for name := range query {
		if strings.HasPrefix(name, "pool_") || strings.HasSuffix(name, "_cache_capacity") || name == "default_query_exec_mode" || name == "password" {
			query.Del(name)
		}
	}
	u.RawQuery = query.Encode()
	return u.String()
}
