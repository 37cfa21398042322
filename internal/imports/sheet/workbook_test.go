package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/unicode"

	"seatledger/internal/errs"
)

// book makes a workbook as a spreadsheet program would.
func workbook(t *testing.T, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	fill(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func rowsOf(t *testing.T, f *excelize.File, name string, rows ...[]any) {
	t.Helper()
	for i, r := range rows {
		if err := f.SetSheetRow(name, fmt.Sprintf("A%d", i+1), &r); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCellsAreReadAsAPersonSeesThem(t *testing.T) {
	t.Parallel()
	content := workbook(t, func(f *excelize.File) {
		rowsOf(t, f, "Sheet1", []any{"external_id", "name", "city", "", ""},
			[]any{"0017", "Text keeps its zeros", "01067"}, []any{441134960000, "A long number is whole", 12.5},
			[]any{7, "Formulas give their value", nil}, []any{nil, nil, nil},
			[]any{true, "=not a formula", time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)},
			[]any{9, "Beyond the columns", "x", "y", "z"})
		general, _ := f.NewStyle(&excelize.Style{NumFmt: 0, Font: &excelize.Font{Bold: true}})
		zeros, _ := f.NewStyle(&excelize.Style{CustomNumFmt: ptr("00000")})
		_ = f.SetCellStyle("Sheet1", "A3", "A3", general)
		_ = f.SetCellInt("Sheet1", "C4", 1067)
		_ = f.SetCellStyle("Sheet1", "C4", "C4", zeros)
		_ = f.SetCellFormula("Sheet1", "A4", "3+4")
		_ = f.SetCellValue("Sheet1", "A4", 7)
	})
	want := [][]string{{"0017", "Text keeps its zeros", "01067"}, {"441134960000", "A long number is whole", "12.5"},
		{"7", "Formulas give their value", "01067"},
		{"TRUE", "=not a formula", "2026-11-03"}, {"9", "Beyond the columns", "x"}}
	s, err := Parse(content, "")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, cellsOf(s)); d != "" {
		t.Error(d)
	}
	if s.Rows[3].Line != 6 {
		t.Errorf("row %d, want as the program counts", s.Rows[3].Line)
	}
}

func cellsOf(s Sheet) [][]string {
	var out [][]string
	for _, r := range s.Rows {
		out = append(out, r.Cells[:min(3, len(r.Cells))])
	}
	return out
}

func ptr(s string) *string { return &s }

func TestTheFirstSheetThatHoldsSomethingIsReadUnlessAnotherIsChosen(t *testing.T) {
	t.Parallel()
	content := workbook(t, func(f *excelize.File) {
		for _, name := range []string{"Hidden", "Customers", "Other"} {
			_, _ = f.NewSheet(name)
			rowsOf(t, f, name, []any{"external_id", "name"}, []any{1, name})
		}
		_ = f.SetSheetVisible("Hidden", false)
	})
	s, err := Parse(content, "")
	if err != nil || s.Name != "Customers" || !cmp.Equal(s.Names, []string{"Customers", "Other"}) {
		t.Fatalf("%v %+v", err, s)
	}
	if s, err = Parse(content, "Other"); err != nil || s.Rows[0].Cells[1] != "Other" {
		t.Errorf("%v %+v", err, s)
	}
	if _, err = Parse(content, "Hidden"); errs.KindOf(err) != errs.Invalid {
		t.Errorf("a hidden sheet: %v", err)
	}
}

func TestAWorkbookThatCannotBeUsedIsRefusedWithAReason(t *testing.T) {
	t.Parallel()
	locked, _ := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder().String("EncryptedPackage")
	good := workbook(t, func(f *excelize.File) { rowsOf(t, f, "Sheet1", []any{"external_id", "name"}, []any{1, "A"}) })
	for name, c := range map[string]struct {
		content []byte
		reason  string
	}{
		"old kind": {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600)), ".xls"},
		"encrypted": {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600) + locked),
			"password"},
		"web page":      {[]byte("\n<html><table><tr><td>external_id</td></tr></table></html>"), "web page"},
		"cut off":       {good[:len(good)/2], "damaged"},
		"empty":         {workbook(t, func(*excelize.File) {}), "holds nothing"},
		"a document":    {packed(t, map[string]int{"word/document.xml": 10}), "no workbook"},
		"binary":        {packed(t, map[string]int{"xl/workbook.bin": 10}), ".xlsb"},
		"open document": {packed(t, map[string]int{"content.xml": 10, "mimetype": 10}), "OpenDocument"},
		"hollow":        {packed(t, map[string]int{"xl/workbook.xml": 10, "xl/worksheets/sheet1.xml": 10}), "damaged"},
		"too large":     {append(good, make([]byte, MaxBytes)...), "10 MB"},
	} {
		_, err := Parse(c.content, "")
		if got := errs.FieldsOf(err)["file"]; !strings.Contains(got, c.reason) {
			t.Errorf("%s: got %q (%v), want %q in it", name, got, err, c.reason)
		}
	}
}

// packed is a zip of files of so many zero bytes.
func packed(t *testing.T, parts map[string]int) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, size := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		for chunk := make([]byte, 1<<20); size > 0; size -= len(chunk) {
			if _, err := w.Write(chunk[:min(size, len(chunk))]); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTooManyRowsOfAWorkbookAreRefused(t *testing.T) {
	t.Parallel()
	content := workbook(t, func(f *excelize.File) {
		w, err := f.NewStreamWriter("Sheet1")
		if err != nil {
			t.Fatal(err)
		}
		_ = w.SetRow("A1", []any{"external_id", "name"})
		for i := range MaxLines + 1 {
			_ = w.SetRow(fmt.Sprintf("A%d", i+2), []any{1, "A"})
		}
		_ = w.Flush()
	})
	_, err := Parse(content, "")
	if got := errs.FieldsOf(err)["file"]; !strings.Contains(got, "100,000") {
		t.Errorf("got %q (%v)", got, err)
	}
}
