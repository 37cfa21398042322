package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"

	"seatledger/internal/errs"
)

// longWorkbook is a workbook of n rows of 21 cells: texts that the cells share, numbers, and a date.
func longWorkbook(t *testing.T, n int, end string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	part := func(name string) io.Writer {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	fmt.Fprint(part("xl/workbook.xml"), `<workbook><sheets><sheet name="Bill" r:id="r1"/></sheets></workbook>`)
	fmt.Fprint(part("xl/_rels/workbook.xml.rels"), `<Relationships>`+
		`<Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>`+
		`<Relationship Id="r2" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>`)
	texts := part("xl/sharedStrings.xml")
	fmt.Fprint(texts, `<sst>`)
	for i := range n {
		for c := range 14 {
			fmt.Fprintf(texts, `<si><t>5f0c2a9e-%d-%d</t></si>`, c, i)
		}
	}
	fmt.Fprint(texts, `</sst>`)
	rows := part("xl/worksheets/sheet1.xml")
	fmt.Fprint(rows, `<worksheet><sheetData><row r="1">`)
	for c := range 21 {
		fmt.Fprintf(rows, `<c t="inlineStr"><is><t>column %d</t></is></c>`, c)
	}
	fmt.Fprint(rows, `</row>`)
	for i := range n {
		fmt.Fprintf(rows, `<row r="%d">`, i+2)
		for c := range 14 {
			fmt.Fprintf(rows, `<c t="s"><v>%d</v></c>`, i*14+c)
		}
		for c := range 7 {
			fmt.Fprintf(rows, `<c><v>%d.25</v></c>`, i+c)
		}
		fmt.Fprint(rows, `</row>`)
	}
	fmt.Fprint(rows, end)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const wholeEnd = `</sheetData></worksheet>`

// SEATLEDGER_LONG has it at the length of a bill. Not parallel: what it measures is this process.
func TestAWorkbookOfAnyLengthIsReadRowByRow(t *testing.T) { //nolint:paralleltest // it measures the whole process
	n := 5_000
	if os.Getenv("SEATLEDGER_LONG") != "" {
		n = 100_000
	}
	content := longWorkbook(t, n, wholeEnd)
	runtime.GC()
	before, spent := resident(t), worked(t)
	s, err := TakeWorkbook(t.Context(), content, "", func(string) uint16 { return 1 })
	if err != nil {
		t.Fatal(err)
	}
	if !s.Long || s.Whole != n || s.Name != "Bill" || len(s.Head) != 21 || len(s.Rows) != firstRows {
		t.Errorf("long %v, %d rows of sheet %q, %d columns, %d kept", s.Long, s.Whole, s.Name, len(s.Head),
			len(s.Rows))
	}
	got := 0
	err = Each(t.Context(), content, s.Name, func(r Row) error {
		if r.Line != got+2 || r.Cells[13] != fmt.Sprintf("5f0c2a9e-13-%d", got) || len(r.Typed) != 7 ||
			r.Cells[20] != fmt.Sprintf("%d.25", got+6) {
			t.Fatalf("row %d: %+v", got, r)
		}
		got++
		return nil
	})
	if err != nil || got != n {
		t.Errorf("%d rows: %v", got, err)
	}
	grown := resident(t) - before
	t.Logf("%d rows of %d MB packed: %v of its processes, %d MB more here", n, len(content)>>20, worked(t)-spent,
		grown)
	if grown > 50 {
		t.Errorf("it grew by %d MB", grown)
	}
}

func TestALongWorkbookThatBreaksOffIsRefusedWhole(t *testing.T) {
	t.Parallel()
	whole := longWorkbook(t, 300, wholeEnd)
	for name, c := range map[string]struct {
		content []byte
		sheet   string
		why     string
	}{
		"breaks off": {longWorkbook(t, 300, `<row r="302"><c`), "", "damaged"},
		"goes back":  {longWorkbook(t, 300, `<row r="7"><c><v>1</v></c></row>`+wholeEnd), "", "damaged"},
		"a huge cell": {longWorkbook(t, 300, `<row r="400"><c t="inlineStr"><is><t>`+strings.Repeat("a", maxCell+1)+
			`</t></is></c></row>`+wholeEnd), "", "more text than"},
		"rows without end": {longWorkbook(t, 1, strings.Repeat(`<row><c><v>1</v></c></row>`,
			MaxLongLines+1)+wholeEnd), "",
			"more than 500000 lines"},
		"no such sheet": {whole, "Other", "no sheet"},
		"cut":           {whole[:len(whole)/2], "", "damaged"},
	} {
		_, err := TakeWorkbook(t.Context(), c.content, c.sheet, func(string) uint16 { return 0 })
		if why := errs.FieldsOf(err)["file"]; !strings.Contains(why, c.why) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := TakeWorkbook(t.Context(), make([]byte, MaxLongBytes+1), "", nil)
	if errs.FieldsOf(err)["file"] == "" {
		t.Errorf("too large: %v", err)
	}
	stop := errors.New("enough")
	if err := Each(t.Context(), whole, "", func(Row) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("who stops: %v", err)
	}
}
