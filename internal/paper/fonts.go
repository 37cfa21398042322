package paper

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The fonts, unmodified but compressed (docs/third-party.md). A document holds only
// the glyphs that it uses.
var (
	//go:embed fonts/DejaVuSans.ttf.gz
	plainFile []byte
	//go:embed fonts/DejaVuSans-Bold.ttf.gz
	boldFile []byte
	//go:embed fonts/DroidSansFallback.ttf.gz
	asianFile []byte
)

// font is one of them: the name it has in a document, its bytes and what it can draw.
type font struct {
	family, style string
	data          []byte
	has           *[1 << 16]bool
}

// shelf is the fonts in the order in which they are asked for a glyph.
type shelf struct{ plain, bold, asian font }

var fonts = sync.OnceValues(func() (shelf, error) {
	var s shelf
	for _, f := range []struct {
		into          *font
		family, style string
		file          []byte
	}{{&s.plain, "sans", "", plainFile}, {&s.bold, "sans", "B", boldFile}, {&s.asian, "asian", "", asianFile}} {
		unzip, err := gzip.NewReader(bytes.NewReader(f.file))
		if err != nil {
			return s, fmt.Errorf("font %s: %w", f.family, err)
		}
		data, err := io.ReadAll(unzip)
		if err != nil {
			return s, fmt.Errorf("font %s: %w", f.family, err)
		}
		has, err := coverage(data)
		if err != nil {
			return s, fmt.Errorf("font %s: %w", f.family, err)
		}
		*f.into = font{f.family, f.style, data, has}
	}
	return s, nil
})

// coverage reads which characters of the basic plane a TrueType font has glyphs for,
// from its character map of format 4.
func coverage(data []byte) (has *[1 << 16]bool, err error) {
	defer func() { // a font cut short; ours are not
		if r := recover(); r != nil {
			has, err = nil, fmt.Errorf("its character map cannot be read: %v", r)
		}
	}()
	u16 := func(at int) int { return int(binary.BigEndian.Uint16(data[at:])) }
	u32 := func(at int) int { return int(binary.BigEndian.Uint32(data[at:])) }
	cmap := 0
	for i := range u16(4) {
		if string(data[12+16*i:16+16*i]) == "cmap" {
			cmap = u32(12 + 16*i + 8)
		}
	}
	for i := range u16(cmap + 2) {
		table := cmap + u32(cmap+4+8*i+4)
		if platform := u16(cmap + 4 + 8*i); u16(table) != 4 || platform != 0 && platform != 3 {
			continue
		}
		has = new([1 << 16]bool)
		n := u16(table + 6) // twice the number of segments
		for seg := 0; seg < n; seg += 2 {
			end, start := u16(table+14+seg), u16(table+16+n+seg)
			delta, offset := u16(table+16+2*n+seg), u16(table+16+3*n+seg)
			for r := start; r <= end && r < 0xffff; r++ {
				glyph := r
				if offset != 0 {
					if glyph = u16(table + 16 + 3*n + seg + offset + 2*(r-start)); glyph == 0 {
						continue
					}
				}
				has[r] = (glyph+delta)&0xffff != 0
			}
		}
		return has, nil
	}
	return nil, fmt.Errorf("it has no character map of format 4")
}

func (f font) draws(r rune) bool { return r >= 0 && r < 1<<16 && f.has[r] }

// joined are scripts whose letters join, turn around or are set in another order than
// they are written: single glyphs side by side would be wrong.
var joined = []*unicode.RangeTable{unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko,
	unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi,
	unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala,
	unicode.Thai, unicode.Lao, unicode.Tibetan,
	unicode.Myanmar, unicode.Khmer, unicode.Mongolian}

// Missing are the characters of some texts that cannot be drawn as they should be, each once.
func Missing(texts []string) ([]rune, error) {
	s, err := fonts()
	if err != nil {
		return nil, err
	}
	var out []rune
	for _, t := range texts {
		for _, r := range clean(t) {
			if (!s.plain.draws(r) && !s.asian.draws(r) || unicode.In(r, joined...)) && !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	return out, nil
}

// clean composes letters and marks, and drops what has no shape: controls, marks of direction, joiners.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf) || r >= 0xfe00 && r <= 0xfe0f:
			return -1
		}
		return r
	}, norm.NFC.String(s))
}

// run is a part of a text that one font draws.
type run struct {
	font font
	text string
}

// runs cuts a text by the font that draws it. What none draws becomes the sign for that.
func (s shelf) runs(text string, bold bool) []run {
	var out []run
	for _, r := range clean(text) {
		f := s.plain
		switch {
		case bold && s.bold.draws(r):
			f = s.bold
		case s.plain.draws(r):
		case s.asian.draws(r):
			f = s.asian
		default:
			r = '\ufffd'
		}
		if n := len(out); n > 0 && out[n-1].font.family == f.family && out[n-1].font.style == f.style {
			out[n-1].text += string(r)
			continue
		}
		out = append(out, run{f, string(r)})
	}
	return out
}
