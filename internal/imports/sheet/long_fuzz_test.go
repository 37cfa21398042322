package sheet

import (
	"bytes"
	"compress/gzip"
	"testing"

	"seatledger/internal/errs"
)

// A long file is kept in rows that can be read again, or is refused at its field.
func FuzzTakeLong(f *testing.F) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte("a,b\n1,2\n"))
	_ = w.Close()
	for _, s := range []string{"", "a;b\n1;2\n", "[{\"a\":1},{\"b\":[]}]", "{\"a\":1}\n{\"a\":2}",
		"a,b\n\"never closed",
		"a\rb\r", "\xff\xfea\x00", "sep=|\na|b", packed.String(), packed.String() + packed.String(),
		packed.String()[:9]} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		tells := func(value string) uint16 { return uint16(len(value) % 16) }
		l, err := TakeLong(t.Context(), bytes.NewReader(content), tells)
		if err != nil {
			if errs.KindOf(err) != errs.Invalid || errs.FieldsOf(err)["file"] == "" {
				t.Errorf("refused without a word: %v", err)
			}
			return
		}
		n := 0
		if err := Each(t.Context(), l.Packed, "", func(Row) error { n++; return nil }); err != nil {
			t.Errorf("what was kept cannot be read again: %v", err)
		}
		if n < len(l.Sheet.Rows) {
			t.Errorf("%d rows come again of which %d were kept to look at", n, len(l.Sheet.Rows))
		}
	})
}
