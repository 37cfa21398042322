package workbook_test

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"unicode"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	_ "seatledger/internal/testkit/samehistories"
	"seatledger/internal/workbook"
)

var rangeOfPrintables = &unicode.RangeTable{R16: []unicode.Range16{{Lo: 0x20, Hi: 0x7e, Stride: 1},
	{Lo: 0xa0, Hi: 0x24f, Stride: 1}, {Lo: 0x4e00, Hi: 0x4e80, Stride: 1}},
	R32: []unicode.Range32{{Lo: 0x1f600, Hi: 0x1f64f, Stride: 1}}}

// read opens what was written with a reader that is not ours.
func read(t rapid.TB, columns []workbook.Column, rows ...[][]byte) *excelize.File {
	t.Helper()
	var b bytes.Buffer
	w, err := workbook.New(&b, "Subscriptions", columns)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if err := w.Row(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestValuesKeepTheirTypes(t *testing.T) {
	t.Parallel()
	columns := []workbook.Column{{Name: "text"}, {Name: "price", Kind: workbook.Number},
		{Name: "day", Kind: workbook.Day}, {Name: "at", Kind: workbook.Moment}, {Name: "moved", Kind: workbook.YesNo}}
	f := read(t, columns,
		[][]byte{[]byte("Büro & <Söhne>"), []byte("1234.500000"), []byte("2026-03-01"),
			[]byte("2026-03-01 10:30:00.25+00"), []byte("t")},
		[][]byte{nil, nil, nil, nil, []byte("f")},
		[][]byte{[]byte("=1+1"), []byte("12345678901234567.5"), []byte("0026-03-01"), nil, nil})
	for cell, want := range map[string]struct {
		kind  excelize.CellType
		shown string
		raw   string
	}{
		"A1": {excelize.CellTypeInlineString, "text", "text"},
		"A2": {excelize.CellTypeInlineString, "Büro & <Söhne>", "Büro & <Söhne>"},
		"B2": {excelize.CellTypeUnset, "1234.5", "1234.5"},
		"C2": {excelize.CellTypeUnset, "2026-03-01", "46082"},
		"D2": {excelize.CellTypeUnset, "2026-03-01 10:30:00", "46082.437502894"},
		"E2": {excelize.CellTypeBool, "TRUE", "1"},
		"A3": {excelize.CellTypeUnset, "", ""},
		"E3": {excelize.CellTypeBool, "FALSE", "0"},
		"A4": {excelize.CellTypeInlineString, "=1+1", "=1+1"},
		"B4": {excelize.CellTypeInlineString, "12345678901234567.5", "12345678901234567.5"},
		"C4": {excelize.CellTypeInlineString, "0026-03-01", "0026-03-01"},
	} {
		kind, err := f.GetCellType("Subscriptions", cell)
		shown, err2 := f.GetCellValue("Subscriptions", cell)
		raw, err3 := f.GetCellValue("Subscriptions", cell, excelize.Options{RawCellValue: true})
		if err := errors.Join(err, err2, err3); err != nil {
			t.Fatal(err)
		}
		if kind != want.kind || shown != want.shown || raw != want.raw {
			t.Errorf("%s is %q (%q) of type %d, want %q (%q) of %d", cell, shown, raw, kind, want.shown, want.raw,
				want.kind)
		}
	}
}

// TestNoTextIsAFormula holds for every text that PostgreSQL can hold: it comes back as it was,
// and is never run.
func TestNoTextIsAFormula(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom([]string{"=", "+", "-", "@", "|", "\t", "_x0041_", "", "＝", "'", " ", "<&>"}).
			Draw(t, "first") + rapid.StringOf(rapid.RuneFrom(nil, rangeOfPrintables)).Draw(t, "rest")
		f := read(t, []workbook.Column{{Name: "name"}}, [][]byte{[]byte(text)})
		formula, err := f.GetCellFormula("Subscriptions", "A2")
		if err != nil || formula != "" {
			t.Fatalf("%q is the formula %q, %v", text, formula, err)
		}
		if got, _ := f.GetCellValue("Subscriptions", "A2"); got != text {
			t.Fatalf("%q came back as %q", text, got)
		}
	})
}

func TestATextTooLongForACellIsCutAndSaysSo(t *testing.T) {
	t.Parallel()
	f := read(t, []workbook.Column{{Name: "raw"}}, [][]byte{[]byte(strings.Repeat("ä", 40_000))},
		[][]byte{[]byte("a\x00b\xffc")})
	got, _ := f.GetCellValue("Subscriptions", "A2")
	if n := len([]rune(got)); n > 32_767 || !strings.HasSuffix(got, "(cut: a cell holds no more)") {
		t.Errorf("%d characters, ending in %q", n, got[len(got)-40:])
	}
	if got, _ := f.GetCellValue("Subscriptions", "A3"); got != "a\uFFFDb\uFFFDc" {
		t.Errorf("what XML cannot hold came back as %q", got)
	}
}

func TestASheetThatIsFullRefusesTheNextRow(t *testing.T) {
	t.Parallel()
	w, err := workbook.New(io.Discard, "Rows", []workbook.Column{{Name: "n", Kind: workbook.Number}})
	if err != nil {
		t.Fatal(err)
	}
	one := [][]byte{[]byte("1")}
	for range workbook.MaxRows - 1 {
		if err := w.Row(one); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Row(one); !errors.Is(err, workbook.ErrFull) {
		t.Errorf("one row too many: %v", err)
	}
}

// TestMemoryStaysFlat writes as many rows as fill hundreds of megabytes, and holds none of them.
//
//nolint:paralleltest // it measures what the process holds
func TestMemoryStaysFlat(t *testing.T) {
	columns := make([]workbook.Column, 50)
	row := make([][]byte, len(columns))
	for i := range columns {
		columns[i].Name, row[i] = "column", []byte("Microsoft 365 Business Premium")
	}
	w, err := workbook.New(io.Discard, "Rows", columns)
	if err != nil {
		t.Fatal(err)
	}
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	for range 100_000 {
		if err := w.Row(row); err != nil {
			t.Fatal(err)
		}
	}
	if after := heap(); after > before+4<<20 {
		t.Errorf("%d bytes are held after 100,000 rows", after-before)
	}
}
