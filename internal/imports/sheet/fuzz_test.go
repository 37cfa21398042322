package sheet

import (
	"testing"

	"github.com/xuri/excelize/v2"

	"seatledger/internal/errs"
)

// A file gives rows within the bounds, or is refused at its field; nothing else comes of it.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"", "a;b\n1;2\n", "a,b\r\n\"x\"\"y\",2\r\n", "a\tb\n1\t2", "\xef\xbb\xbfa,b\n1,2", "\xff\xfea\x00,\x00b\x00",
		"a,b\n\"never closed", "<html><table>", "PK\x03\x04", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "sep=;\na;b\n1;2", "a,a\n=1+1,@x"} {
		f.Add([]byte(text), "")
	}
	book := excelize.NewFile()
	_ = book.SetSheetRow("Sheet1", "A1", &[]any{"external_id", "name"})
	_ = book.SetSheetRow("Sheet1", "A2", &[]any{"C-1", 12.5})
	b, err := book.WriteToBuffer()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes(), "Sheet1")
	f.Fuzz(func(t *testing.T, content []byte, worksheet string) {
		s, err := Parse(content, worksheet)
		if err != nil {
			if errs.KindOf(err) != errs.Invalid || errs.FieldsOf(err)["file"] == "" {
				t.Errorf("refused without a word: %v", err)
			}
			return
		}
		if len(s.Rows) > MaxLines || s.cells > maxCells || s.text > maxText || len(s.Head) > maxColumns {
			t.Errorf("%d rows of %d cells", len(s.Rows), s.cells)
		}
	})
}
