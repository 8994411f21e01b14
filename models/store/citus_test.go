package store

import (
	"context"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/mittari/mittari/models"
)

// statements are those of all migrations of a dialect, upwards, without comments.
func statements(t *testing.T, dialect string) []string {
	t.Helper()
	files, err := fs.Glob(migrations, "migrations/"+dialect+"/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no migrations of %s: %v", dialect, err)
	}
	comment := regexp.MustCompile(`--[^\n]*`)
	var all []string
	for _, file := range files {
		b, err := fs.ReadFile(migrations, file)
		if err != nil {
			t.Fatal(err)
		}
		up, _, found := strings.Cut(string(b), "-- +goose Down")
		if !found {
			t.Errorf("%s does not say how to go down again", file)
		}
		for statement := range strings.SplitSeq(comment.ReplaceAllString(up, ""), ";") {
			if words := strings.Join(strings.Fields(statement), " "); words != "" {
				all = append(all, words)
			}
		}
	}
	return all
}

var (
	tableStatement  = regexp.MustCompile(`^CREATE TABLE (\w+) \( ?(.*)\)$`)
	uniqueStatement = regexp.MustCompile(`^CREATE UNIQUE INDEX \w+ ON \w+ \((.*)\)(?: WHERE .*)?$`)
	keyClause       = regexp.MustCompile(`(PRIMARY KEY|UNIQUE|FOREIGN KEY|REFERENCES \w+) \(([^)]*)\)`)
	workspaceFirst  = regexp.MustCompile(`^workspace(,|$)`)
	forbidden       = regexp.MustCompile(`(?i)\b(SERIAL|BIGSERIAL|SMALLSERIAL|AUTOINCREMENT|IDENTITY|SEQUENCE|TRIGGER|FUNCTION|PROCEDURE|DEFAULT|now|CURRENT_TIMESTAMP|GENERATED)\b`)
)

func TestTheSchemaCanBeDistributedByWorkspace(t *testing.T) {
	for _, dialect := range []string{"postgres", "sqlite"} {
		tables := 0
		for _, statement := range statements(t, dialect) {
			if word := forbidden.FindString(statement); word != "" {
				t.Errorf("%s: %s: ids, times and rules come from the application: %s", dialect, word, statement)
			}
			if unique := uniqueStatement.FindStringSubmatch(statement); unique != nil && !workspaceFirst.MatchString(unique[1]) {
				t.Errorf("%s: a unique index that does not begin with workspace: %s", dialect, statement)
			}
			table := tableStatement.FindStringSubmatch(statement)
			if table == nil {
				continue
			}
			tables++
			if !strings.HasPrefix(table[2], "workspace text NOT NULL") || !strings.Contains(table[2], "PRIMARY KEY") {
				t.Errorf("%s: %s has no workspace that is there in every row, or no primary key", dialect, table[1])
			}
			for _, clause := range keyClause.FindAllStringSubmatch(table[2], -1) {
				if !workspaceFirst.MatchString(clause[2]) {
					t.Errorf("%s: %s: %s does not begin with workspace", dialect, table[1], clause[0])
				}
			}
			if regexp.MustCompile(`UNIQUE[^(]*(,|$)|REFERENCES \w+($|,| [^(])`).MatchString(table[2]) {
				t.Errorf("%s: %s has a key of one column other than workspace", dialect, table[1])
			}
		}
		if tables < 9 {
			t.Errorf("%s: only %d tables were found", dialect, tables)
		}
	}
}

func TestBothDialectsHaveTheSameTables(t *testing.T) {
	names := func(dialect string) (all []string) {
		types := regexp.MustCompile(`\b(timestamptz|timestamp|uuid|text|jsonb|bytea|blob|bigint|integer|boolean|real|double precision)\b`)
		for _, statement := range statements(t, dialect) {
			all = append(all, types.ReplaceAllString(statement, "TYPE"))
		}
		slices.Sort(all)
		return all
	}
	same(t, "tables and indexes", names("sqlite"), names("postgres"))
}

// listen keeps every statement that runs through gorm. Rows that are put in many at a time do not; see table.
func (h house) listen(t *testing.T) func() []string {
	t.Helper()
	var heard []string
	keep := func(tx *gorm.DB) {
		if sql := tx.Statement.SQL.String(); sql != "" {
			heard = append(heard, sql)
		}
	}
	dbs := []*gorm.DB{h.read, h.write}
	if h.read == h.write {
		dbs = dbs[:1]
	}
	for _, db := range dbs {
		on := db.Callback()
		err := firstError(on.Query().Register("test:listen", keep), on.Row().Register("test:listen", keep), on.Raw().Register("test:listen", keep),
			on.Create().Register("test:listen", keep), on.Update().Register("test:listen", keep), on.Delete().Register("test:listen", keep))
		if err != nil {
			t.Fatal(err)
		}
	}
	return func() []string { return heard }
}

func TestEveryStatementNamesItsWorkspace(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		shop := h.fill(t, "shop", "shop")
		bank := h.fill(t, "bank", "bank")
		methods := everyMethod(t, h, bank, shop)
		own := everyMethod(t, h, shop, bank) // shop on its own rows: runs to the end of what bank's stop early
		heard := h.listen(t)
		ofInstallation := []string{"Close", "Connections", "Ping", "FindWorkspaces", "FindRevisions", "DeleteOldRevisions", "DeleteOldAudit", "FormLots", "KeyByHash", "NextKeyEnd", "SourceByID", "CountUnmapped", "FindDueWebhooks", "OutboxNow"}
		for _, calls := range []map[string]func() (any, error){methods, own} {
			for _, name := range slices.SortedFunc(keysOf(calls), readingFirst) {
				if !slices.Contains(ofInstallation, name) {
					_, _ = calls[name]() // only what it runs is of interest here
				}
			}
		}
		everything := models.ResponseFilter{Metric: "nps", Person: "p", SubmissionID: "s", Since: h.now.read(), Until: h.now.read(), Before: bank.responseID, Limit: 1,
			Keys: models.Keys{"survey", "touchpoint", "channel", "segment", "team"}}
		_, _ = h.FindResponses(t.Context(), "shop", everything)
		_, _ = h.FindCounts(t.Context(), "shop", models.CountQuery{Metric: "nps", Filter: everything.Keys, Daily: true})
		_, _ = h.FindObservations(t.Context(), "shop", "sales", models.ObservationFilter{Period: "month", Starts: models.Period{Until: 1}, Person: "p", AsOf: h.now.read(),
			Before: bank.responseID, Keys: models.Keys{models.Team: "team"}, Limit: 1})
		_, _ = h.CreateWorkspace(context.WithoutCancel(t.Context()), models.Workspace{Key: "new", TimeZone: "UTC"})
		named, from := regexp.MustCompile(`workspace"? = [?$]`), regexp.MustCompile("FROM [\"`]?\\w")
		for _, sql := range heard() {
			switch {
			case strings.HasPrefix(sql, "INSERT"):
				if !strings.Contains(sql, `workspace`) || regexp.MustCompile(`ON CONFLICT \((?:"|`+"`"+`)?[^w"`+"`"+`]`).MatchString(sql) {
					t.Errorf("%s", sql)
				}
			case strings.HasPrefix(sql, "LOCK TABLE"), strings.HasPrefix(sql, "SET LOCAL"):
			case len(named.FindAllString(sql, -1)) < max(1, len(from.FindAllString(sql, -1))):
				t.Errorf("a table without its workspace in %s", sql)
			}
		}
		if len(heard()) < 50 {
			t.Errorf("only %d statements were heard", len(heard()))
		}
	})
	for _, rows := range []table{responsesTable(), answersTable(), rollupsTable(), arrivalsTable(), revisionsTable(), entriesTable(), heldTable(), expiredTable(), auditTable(), deliveriesTable(), observationsTable(), replacementsTable()} {
		if rows.columns[0] != "workspace" || len(rows.columns) != len(rows.types) {
			t.Errorf("%s is written by %v", rows.name, rows.columns)
		}
		if strings.Contains(rows.then, "ON CONFLICT (") && !strings.Contains(rows.then, "ON CONFLICT (workspace, ") {
			t.Errorf("%s: %s", rows.name, rows.then)
		}
		if strings.Contains(rows.then, "now()") {
			t.Errorf("%s takes the database's time: %s", rows.name, rows.then)
		}
	}
}
