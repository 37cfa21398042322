package imports

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"seatledger/internal/errs"
	"seatledger/internal/imports/sheet"
)

var columns = []Column{{Name: "external_id", Required: true}, {Name: "name", Required: true}, {Name: "city"}}

// readFile reads a file by the columns of a form.
func readFile(content []byte, f Form) (Table, error) {
	s, err := sheet.Parse(content, "")
	if err != nil {
		return Table{}, err
	}
	l, err := recognise(&s, f)
	if err != nil {
		return Table{}, err
	}
	if err := l.complete(f.Columns); err != nil {
		return Table{}, err
	}
	return tableOf(&s, l, f), nil
}

func read(t *testing.T, content string) Table {
	t.Helper()
	table, err := readFile([]byte(content), Form{Columns: columns})
	if err != nil {
		t.Fatalf("read %q: %v", content, err)
	}
	return table
}

func values(t Table) [][]string {
	var out [][]string
	for _, l := range t.Lines {
		out = append(out, []string{l.Get("external_id"), l.Get("name"), l.Get("city")})
	}
	return out
}

func TestAFileIsReadWhateverTheSpreadsheetWrote(t *testing.T) {
	t.Parallel()
	want := [][]string{{"1", "Müller, Söhne", "Köln"}, {"2", "B", ""}}
	plain := "external_id,name,city\r\n1,\"Müller, Söhne\",Köln\r\n2,B,\r\n"
	semicolons := "External ID;Name;City\n1;Müller, Söhne;Köln\n2;B;\n"
	utf16, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(plain)
	utf16be, _ := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(plain)
	windows, _ := charmap.Windows1252.NewEncoder().String(plain)
	for name, content := range map[string]string{
		"plain": plain, "byte order mark": "\ufeff" + plain, "semicolons": semicolons,
		"excel's separator line": "sep=;\r\n" + semicolons,
		"tabs":                   "external-id\tNAME\tcity\n1\tMüller, Söhne\tKöln\n2\tB\t\n",
		"utf-16":                 utf16, "utf-16 big endian": utf16be, "windows-1252": windows,
		"old mac":       strings.ReplaceAll(plain, "\r\n", "\r"),
		"blank lines":   "external_id,name,city\n\n1,\"Müller, Söhne\",Köln\n,,\n2,B,\n\n",
		"surplus cells": "external_id,name,city\n1,\"Müller, Söhne\",Köln,,\n2,B,\n",
	} {
		if d := cmp.Diff(want, values(read(t, content))); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestGuessedLettersAndUnusedColumnsAreTold(t *testing.T) {
	t.Parallel()
	if notes := read(t, "external_id,name\n1,K\xf6ln\n").Notes; len(notes) != 1 ||
		!strings.Contains(notes[0], "Windows-1252") {
		t.Errorf("notes %q", notes)
	}
	notes := read(t, "external_id,Owner,name, Last Call \n1,x,K,y\n").Notes
	if d := cmp.Diff([]string{"Columns not used: Owner, Last Call."}, notes); d != "" {
		t.Error(d)
	}
}

func TestAFileThatCannotBeUsedIsRefusedWithAReason(t *testing.T) {
	t.Parallel()
	for content, reason := range map[string]string{
		"":                                       "empty",
		"name,city\nA,B\n":                       "external_id",
		"external_id,name,Name\n1,A,B\n":         "twice",
		"PK\x03\x04rest":                         "workbook",
		"external_id,name\n1,A\x00\n":            "no text file",
		"external_id,name\n1,\x81\x8d\n":         "encoding",
		"external_id,name\n1,A\n2,\"B\"x\n3,C\n": "Line 3",
		"external_id,name\n" + strings.Repeat("1,A\n", sheet.MaxLines+1): "100,000",
		strings.Repeat("x", sheet.MaxBytes+1):                            "10 MB",
	} {
		_, err := readFile([]byte(content), Form{Columns: columns})
		if got := errs.FieldsOf(err)["file"]; !strings.Contains(got, reason) {
			t.Errorf("%.40q: got %q, want %q in it", content, got, reason)
		}
	}
}

func TestALineThatDoesNotFitTheHeaderIsRefusedWithItsNumber(t *testing.T) {
	t.Parallel()
	table := read(t, "sep=,\nexternal_id,name,city\n1,\"A\nB\",C\n2,B\n3,C,D,E\n4,D,E\n")
	if d := cmp.Diff([][]string{{"1", "A\nB", "C"}, {"4", "D", "E"}}, values(table)); d != "" {
		t.Error(d)
	}
	if len(table.Bad) != 2 || table.Bad[0].Line != 5 || table.Bad[1].Line != 6 || table.Lines[1].Number != 7 {
		t.Errorf("bad %+v, last line %d", table.Bad, table.Lines[1].Number)
	}
}

func TestTheQuoteOfOurOwnExportIsTakenOff(t *testing.T) {
	t.Parallel()
	got := values(read(t, "external_id,name,city\n'-1,'=SUM(A1),'@home\n'x,'s Hertogenbosch,'+49\n"))
	want := [][]string{{"-1", "=SUM(A1)", "@home"}, {"'x", "'s Hertogenbosch", "+49"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestLinesOfOneRecordNameEachOther(t *testing.T) {
	t.Parallel()
	table := read(t, "external_id,name\n1,A\n2,B\n1,C\n,D\n,E\n1,F\n")
	got := Duplicates(table.Lines, func(l Line) string { return l.Get("external_id") })
	if d := cmp.Diff(map[int]int{2: 4, 4: 2, 7: 2}, got); d != "" {
		t.Error(d)
	}
}

func TestAFormulaThatCameToNothingIsRefusedForItsLine(t *testing.T) {
	t.Parallel()
	table := read(t, "external_id,name,city\n1,A,#REF!\n2,B,x\n")
	if len(table.Lines) != 1 || len(table.Bad) != 1 || !strings.Contains(table.Bad[0].Reason, "#REF!") {
		t.Errorf("%+v %+v", table.Lines, table.Bad)
	}
}
