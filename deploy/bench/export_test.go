package main

import (
	"strings"
	"testing"
)

func TestExportsAreMeasuredInEachFormAndWhole(t *testing.T) {
	b := forTests(t)
	database, err := b.emptySQLite()
	if err == nil {
		err = b.migrate(database)
	}
	if err == nil {
		err = fill(t.Context(), database, 3000, b.begun)
	}
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	if err := b.exportAll(&table, database, 3000); err != nil {
		t.Fatal(err)
	}
	if rows := strings.Count(table.String(), "| 3k | "); rows != len(exportForms()) {
		t.Errorf("%d rows:\n%s", rows, table.String())
	}
	if err := b.exportAll(&table, database, 2999); err == nil {
		t.Error("more lines than there are responses are taken for the whole")
	}
	var said strings.Builder
	if o, err := parse([]string{"-export"}, &said); err != nil || len(o.groups()) != 1 {
		t.Errorf("%d groups, %v", len(o.groups()), err)
	}
}
