package mapping

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

const twoColumns = "answers: [{metric: nps, score: '{a}', comment: '{b}'}]\n"

func TestRowsKeepTheirLineNumbers(t *testing.T) {
	text := "a,b,c\r\n" + // 1
		"9,\"two\r\nlines, and \"\"quotes\"\"\",x\r\n" + // 2
		"\r\n" + // 4
		",,\r\n" + // 5
		"8,few\r\n" + // 6
		"7,many,x,y\r\n" + // 7
		"6,stray \" quote,x\r\n" + // 8
		"5,\"after\" quote,x\r\n" + // 9
		"4,fine,x\r\n" + // 10
		"3,\"never closed,x\r\n" + // 11
		"2,swallowed,x\r\n" // 12
	var got []string
	for _, l := range lines(t, parsed(t, twoColumns), text) {
		got = append(got, fmt.Sprintf("%d %q %v", l.Number, l.Row["b"], l.Fault))
	}
	want := []string{
		`2 "two\nlines, and \"quotes\"" <nil>`,
		`6 "" has 2 cells, the header has 3: is a quote or a delimiter missing?`,
		`7 "" has 4 cells, the header has 3: is a quote or a delimiter missing?`,
		`8 "" bare " in non-quoted-field at line 8, column 9`,
		`9 "" extraneous or missing " in quoted-field at line 9, column 9`,
		`10 "fine" <nil>`,
		`11 "" extraneous or missing " in quoted-field at line 12, column 15, and nothing up to line 12 could be read`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestEncodings(t *testing.T) {
	const text = "a;b\n9;Hyvää päivää\n"
	utf16 := unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	encode := func(enc interface{ String(string) (string, error) }, s string) string {
		t.Helper()
		encoded, err := enc.String(s)
		if err != nil {
			t.Fatal(err)
		}
		return encoded
	}
	for _, c := range []struct{ name, key, file, want string }{
		{"UTF-8", "utf-8", text, "Hyvää päivää"},
		{"UTF-8 with a mark", "UTF-8", markUTF8 + text, "Hyvää päivää"},
		{"latin1", "latin1", encode(charmap.ISO8859_1.NewEncoder(), text), "Hyvää päivää"},
		{"windows-1252", "windows-1252", encode(charmap.Windows1252.NewEncoder(), "a;b\n9;5 € “päivä”\n"), "5 € “päivä”"},
		{"UTF-16", "utf-16", encode(utf16.NewEncoder(), text), "Hyvää päivää"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := parsed(t, twoColumns+"delimiter: ';'\nencoding: "+c.key)
			got := lines(t, m, c.file)
			if len(got) != 1 || got[0].Row["b"] != c.want {
				t.Errorf("got %+v, want %q", got, c.want)
			}
		})
	}
}

func TestWrongEncodingIsExplained(t *testing.T) {
	for _, c := range []struct{ name, key, file, want string }{
		{"latin1 in a row", "utf-8", "a,b\n1,x\n2,p\xe4iv\xe4\n", "line 3, column 3: not UTF-8: say in the mapping which encoding it is"},
		{"latin1 in the header", "utf-8", "a,b,p\xe4iv\xe4\n", "line 1, column 5: not UTF-8"},
		{"UTF-16 as UTF-8", "utf-8", markUTF16LE + "a\x00,\x00b\x00", "say encoding: utf-16"},
		{"UTF-8 as latin1", "latin1", markUTF8 + "a,b\n", "take encoding away"},
		{"an empty file", "utf-8", "", "there is no header"},
		{"only a mark", "utf-8", markUTF8, "there is no header"},
	} {
		t.Run(c.name, func(t *testing.T) {
			table, err := parsed(t, twoColumns+"encoding: "+c.key).Table(strings.NewReader(c.file))
			for err == nil {
				_, err = table.Next()
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestWrittenRowsAreReadAgain(t *testing.T) {
	for _, encoding := range []string{"utf-8", "utf-16", "latin1", "windows-1252"} {
		m := parsed(t, twoColumns+"delimiter: tab\nencoding: "+encoding)
		var file bytes.Buffer
		w := m.Writer(&file)
		for _, cells := range [][]string{{"a", "b"}, {"9", "Yö\t\"öinen\"\ntoinen rivi"}} {
			if err := w.Write(cells); err != nil {
				t.Fatal(err)
			}
		}
		w.Flush()
		if got := lines(t, m, file.String()); len(got) != 1 || got[0].Row["b"] != "Yö\t\"öinen\"\ntoinen rivi" {
			t.Errorf("%s: got %+v", encoding, got)
		}
	}
}
