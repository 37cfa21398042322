package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seatledger/internal/errs"
)

const (
	bookXML = `<workbook xmlns:r="r"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>`
	relsXML = `<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>` +
		`<Relationship Id="r2" Type="x/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="r3" Type="x/styles" Target="/xl/styles.xml"/></Relationships>`
	headXML = `<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>external_id</t></is></c></row>`
)

// pack writes a workbook by hand; a part is written in pieces, each so many times.
func pack(t testing.TB, parts map[string][]any) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	parts["xl/workbook.xml"], parts["xl/_rels/workbook.xml.rels"] = []any{bookXML}, []any{relsXML}
	for name, pieces := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		times := 1
		for _, p := range pieces {
			if n, ok := p.(int); ok {
				times = n
				continue
			}
			chunk := strings.Repeat(p.(string), min(times, 10_000))
			for ; times > 0; times -= 10_000 {
				_, _ = w.Write([]byte(chunk[:len(p.(string))*min(times, 10_000)]))
			}
			times = 1
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestALongListIsRead(t *testing.T) {
	t.Parallel()
	row := "<row>" + strings.Repeat(`<c t="inlineStr"><is><t>a value</t></is></c>`, 12) + "</row>"
	content := pack(t, map[string][]any{"xl/worksheets/sheet1.xml": {`<worksheet><sheetData>`, 100_000, row,
		`</sheetData></worksheet>`}})
	s, kept, err := Open(t.Context(), content, "")
	if err != nil || len(s.Rows) != 99_999 || s.Rows[99_998].Cells[11] != "a value" || s.Rows[99_998].Line != 100_000 {
		t.Fatalf("%v, %d rows", err, len(s.Rows))
	}
	if len(kept) == 0 {
		t.Error("its rows are not handed over as they are kept")
	}
}

func TestCellsAreReadByValueAndNotByDisplay(t *testing.T) {
	t.Parallel()
	styles := `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="0000"/><numFmt numFmtId="165" formatCode="#,##0.00"/><numFmt numFmtId="166" formatCode="[$-407]d\. mmm\ yyyy;@"/>` +
		`<numFmt numFmtId="167" formatCode="0&quot; days&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>` +
		`<xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="167"/><xf numFmtId="9"/></cellXfs></styleSheet>`
	for cell, want := range map[string]string{
		`<c r="B2" s="3"><v>1234.5</v></c>`:                                      "1234.5",
		`<c r="B2" s="2"><v>7</v></c>`:                                           "0007",
		`<c r="B2" s="1"><v>46023</v></c>`:                                       "2026-01-01",
		`<c r="B2" s="1"><v>46023.75</v></c>`:                                    "2026-01-01T18:00:00",
		`<c r="B2" s="4"><v>46023</v></c>`:                                       "2026-01-01",
		`<c r="B2"><v>10.299999999999999</v></c>`:                                "10.3",
		`<c r="B2" s="0"><v>1.23457E+12</v></c>`:                                 "1234570000000",
		`<c r="B2"><v>441134960000</v></c>`:                                      "441134960000",
		`<c r="B2" s="5"><v>12</v></c>`:                                          "12",
		`<c r="B2" s="6"><v>0.2</v></c>`:                                         "0.2",
		`<c r="B2" s="1"><v>59</v></c>`:                                          "1900-02-28",
		`<c r="B2" t="d"><v>2026-03-01T00:00:00</v></c>`:                         "2026-03-01",
		`<c r="B2" t="b"><v>1</v></c>`:                                           "TRUE",
		`<c r="B2" t="e"><v>#REF!</v></c>`:                                       "#REF!",
		`<c r="B2" t="str"><f>A1</f><v>12,50</v></c>`:                            "12,50",
		`<x:c r="B2" t="inlineStr"><x:is><x:t>a</x:t></x:is></x:c>`:              "a",
		`<c t="s"/><c t="s"><v>1</v></c>`:                                        "Tō",
		`<c r="B2" t="inlineStr"><is><t>a_x000D_b&amp;&#233;</t></is></c>`:       "a\rb&é",
		`<c r="B2" s="99"><v>5</v></c>`:                                          "5",
		`<c r="B2" t="inlineStr"><is><r><t>a</t></r><r><t> b</t></r></is></c>`:   "a b",
		`<c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>0</v></c><c r="C2"></c>`: "",
	} {
		content := pack(t, map[string][]any{
			"xl/styles.xml": {styles}, "xl/sharedStrings.xml": {`<sst><si><t></t></si><si><r><t>T</t></r><rPh><t>zz</t></rPh><r><t>ō</t></r></si></sst>`},
			"xl/worksheets/sheet1.xml": {`<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="inlineStr"><is><t>b</t></is></c></row>`,
				`<row r="2">` + cell + `</row><row r="3"><c r="A3"><v>1</v></c></row></sheetData></worksheet>`},
		})
		s, err := Parse(content, "")
		if err != nil {
			t.Errorf("%s: %v", cell, err)
			continue
		}
		got := ""
		if s.Rows[0].Line == 2 {
			got = s.Rows[0].Cells[1]
		}
		if got != want {
			t.Errorf("%s: %q, want %q", cell, got, want)
		}
	}
}

func TestDaysCountFrom1904WhereTheWorkbookSaysSo(t *testing.T) {
	t.Parallel()
	b := book{from1904: true, formats: []format{{date: true}}}
	if got := b.number("44561", "0"); got != "2026-01-01" {
		t.Error(got)
	}
}

func TestAFileIsReadByAProcessThatKnowsNothingOfOurs(t *testing.T) {
	t.Setenv("SEATLEDGER_DATABASE_URL", "secret")
	s, kept, err := Open(t.Context(), []byte("a;b\n1;2\n"), "")
	if err != nil || s.Comma != ";" || len(kept) == 0 {
		t.Fatalf("%v %+v", err, s)
	}
	if d := cmp.Diff([][]string{{"1", "2"}}, cellsOf(s)); d != "" {
		t.Error(d)
	}
}

func TestAReaderThatEndsEarlyRefusesTheFileAndOneThatCannotBeginRefusesAll(t *testing.T) {
	t.Parallel()
	if _, err := answered(t.Context(), nil); errs.KindOf(err) != errs.Invalid {
		t.Errorf("no answer: %v", err)
	}
	err := notStarted(errors.New("no such file"))
	if errs.KindOf(err) != errs.Unavailable ||
		!strings.Contains(errs.Public(err), "could not be started. Nothing was kept") {
		t.Errorf("not started: %v", err)
	}
	small := &bounded{most: 3}
	if _, err := small.Write([]byte("four")); err == nil {
		t.Error("more was taken than may be")
	}
}

// A program that never says it may be the reader would run its own main instead.
func TestAProgramThatDoesNotOfferItselfIsNotStartedAgain(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip()
	}
	folder := t.TempDir()
	source := filepath.Join("testdata", "stranger", "main.go")
	binary := filepath.Join(folder, "stranger")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, source).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	out, err := exec.CommandContext(t.Context(), binary).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "could not be started") {
		t.Errorf("%v %s", err, out)
	}
}
