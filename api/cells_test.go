package api_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/mittari/mittari/models"
)

// undone is a cell of CSV as the documentation says that it is to be read.
func undone(cell string) string {
	if regexp.MustCompile(`^'+[=+\-@\t\r\n＝＋－＠]`).MatchString(cell) {
		return cell[1:]
	}
	return cell
}

// cellsOf are a document's members as text; what is nested, as JSON.
func cellsOf(t testing.TB, document map[string]any) map[string]string {
	t.Helper()
	cells := map[string]string{}
	for name, value := range document {
		switch v := value.(type) {
		case string:
			cells[name] = v
		case json.Number:
			cells[name] = plainNumber(t, v.String())
		case bool:
			if v {
				cells[name] = "true"
			}
		default:
			cells[name] = asJSON(t, v)
		}
	}
	if tags, tagged := document["tags"].([]any); tagged { // with semicolons between them
		cells["tags"] = fmt.Sprintf("%v"+strings.Repeat(";%v", len(tags)-1), tags...)
	}
	return cells
}

func plainNumber(t testing.TB, text string) string {
	t.Helper()
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

func asJSON(t testing.TB, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// documents are those of a list, or of lines.
func documents(t testing.TB, text, plural string) []map[string]any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var all []map[string]any
	for decoder.More() {
		var one map[string]any
		if err := decoder.Decode(&one); err != nil {
			t.Fatal(err)
		}
		list, is := one[plural].([]any)
		if !is {
			all = append(all, one)
		}
		for _, element := range list {
			all = append(all, element.(map[string]any))
		}
	}
	return all
}

// spreadAnswers makes a row of each answer, with its response's members.
func spreadAnswers(responses []map[string]any) []map[string]any {
	var rows []map[string]any
	for _, r := range responses {
		for _, a := range r["answers"].([]any) {
			row := map[string]any{}
			for name, value := range r {
				if name != "answers" && name != "touchpoint" {
					row[name] = value
				}
			}
			for name, value := range a.(map[string]any) {
				row[name] = value
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// wantCells compares a row's cells with the JSON document's, each as its column holds it.
func wantCells(t testing.TB, at string, cells map[string]string, document map[string]any) {
	t.Helper()
	want := cellsOf(t, document)
	for name := range want {
		if _, known := cells[name]; !known {
			t.Fatalf("%s: there is no column %s", at, name)
		}
	}
	for name, cell := range cells {
		switch document[name].(type) {
		case json.Number:
			cell = plainNumber(t, cell)
		case map[string]any, []any:
			if name == "tags" {
				break
			}
			var read any
			decoder := json.NewDecoder(strings.NewReader(cell))
			decoder.UseNumber()
			if err := decoder.Decode(&read); err != nil {
				t.Fatalf("%s: %s is no JSON: %s", at, name, cell)
			}
			cell = asJSON(t, read)
		default:
			if cell == "false" { // JSON leaves it out, or says it
				cell = ""
			}
		}
		if cell != want[name] {
			t.Errorf("%s: %s is %q, want %q", at, name, cell, want[name])
		}
	}
}

// parquetRows reads a file as text by column, times in the zone of the JSON that they are compared with.
func parquetRows(t testing.TB, file string, zone *time.Location) []map[string]string {
	t.Helper()
	opened, err := parquet.OpenFile(strings.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	reader := parquet.NewGenericReader[any](opened, opened.Schema())
	defer reader.Close()
	fields := opened.Schema().Fields()
	var all []map[string]string
	for {
		rows := make([]parquet.Row, 100)
		n, err := reader.ReadRows(rows)
		for _, row := range rows[:n] {
			cells := map[string]string{}
			for _, value := range row {
				field := fields[value.Column()]
				text := parquetText(field, value, zone)
				if value.RepetitionLevel() > 0 {
					text = cells[field.Name()] + ";" + text
				}
				cells[field.Name()] = text
			}
			all = append(all, cells)
		}
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func parquetText(field parquet.Field, value parquet.Value, zone *time.Location) string {
	switch {
	case value.IsNull():
		return ""
	case !field.Leaf():
		return value.String()
	}
	switch kind := field.Type().String(); {
	case kind == "DATE":
		return models.Day(value.Int32()).String()
	case kind == "TIMESTAMP(isAdjustedToUTC=true,unit=MICROS)":
		return time.UnixMicro(value.Int64()).In(zone).Format(time.RFC3339Nano)
	case kind == "DOUBLE":
		return strconv.FormatFloat(value.Double(), 'g', -1, 64)
	}
	return value.String()
}
