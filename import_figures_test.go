package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const homeLoanRevenue = `{"name":"Revenue of home loans","kind":"financial","unit":"EUR","adds_up":"sum"}`

func TestImportOfFiguresIsRepeatableAndCorrects(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, database string) {
		server := start(t, database, "--time-zone", "Europe/Helsinki")
		example := []string{"deploy/import/revenue.csv", "--mapping", "deploy/import/revenue.yaml"}
		code, _, stderr := imported(t, server.api, example...)
		wants(t, code, 1, stderr, `the server answered 404 Not Found: there is no KPI "home_loan_revenue"`, "0 stored")
		server.send("PUT", "/v1/kpis/home_loan_revenue", homeLoanRevenue)

		code, stdout, stderr := imported(t, server.api, append(example, "--dry-run")...)
		wants(t, code, 0, stderr, "11 rows read, 1 filtered out, 1 without a value, 9 sent, 9 would be accepted, 0 refused", "dry run: nothing was stored")
		if !strings.Contains(stdout, `"value": 184200.5`) || !strings.Contains(stdout, `"start": "2026-07-01"`) {
			t.Errorf("shown: %s", stdout)
		}
		code, _, stderr = imported(t, server.api, example...)
		wants(t, code, 0, stderr, "9 sent, 9 stored, 0 already there or replaced, 0 refused")
		code, _, stderr = imported(t, server.api, example...)
		wants(t, code, 0, stderr, "9 sent, 0 stored, 9 already there or replaced, 0 refused")

		text, err := os.ReadFile("deploy/import/revenue.csv")
		if err != nil {
			t.Fatal(err)
		}
		corrected := file(t, "corrected.csv", strings.Replace(string(text), "22 950,25", "20 950,25", 1))
		code, _, stderr = imported(t, server.api, corrected, "--mapping", "deploy/import/revenue.yaml")
		wants(t, code, 0, stderr, "0 stored, 9 already there or replaced")
		_, body := server.send("GET", "/v1/kpis/home_loan_revenue/values?period=quarter", "")
		if !strings.Contains(body, `"start":"2026-07-01","value":801779`) {
			t.Errorf("the quarter is %s", body)
		}
	})
}

func TestRefusedRowsOfFiguresAreToldByTheirLine(t *testing.T) {
	server := start(t, sqliteURL(t))
	if status, body := server.send("PUT", "/v1/kpis/sales", `{"name":"Sales","kind":"financial","unit":"EUR","adds_up":"sum"}`); status != http.StatusCreated {
		t.Fatal(body)
	}
	rows := file(t, "rows.csv", "from,eur\n2026-10-01,1\n2026-10-03,2\nsoon,3\n2026-09-01,many\n2026-08-01,4\n")
	refused := filepath.Join(t.TempDir(), "refused.csv")
	mapping := file(t, "m.yaml", "kpi: sales\nperiod: month\nstart: \"{from}\"\nvalue: \"{eur}\"\n")
	code, _, stderr := imported(t, server.api, rows, "--mapping", mapping, "--refused", refused)
	wants(t, code, 1, stderr, "5 rows read, 0 filtered out, 0 without a value, 3 sent, 2 stored, 0 already there or replaced, 3 refused",
		"rows.csv:3: refused: start: must be the first day of a month: 2026-10-01 or 2026-11-01, is 2026-10-03",
		`rows.csv:4: refused: start: column from: "soon" is not a time like`, `rows.csv:5: refused: value: column eur: "many" is not a number such as 1 234.50`)
	if text, err := os.ReadFile(refused); err != nil || strings.Count(string(text), "\n") != 4 {
		t.Errorf("refused rows: %s, %v", text, err)
	}
}
