package workbook

import (
	"bytes"
	"strconv"
	"time"
	"unicode/utf8"
)

const (
	mostDigits = 15     // that the format's numbers keep
	mostUnits  = 32_767 // of text in a cell, in UTF-16
	cutMark    = "… (cut: a cell holds no more)"
)

// isNumber tells whether a value stays what it is as a number of the format.
func isNumber(v []byte) bool {
	digits, points := 0, 0
	for i, c := range v {
		switch {
		case c >= '0' && c <= '9':
			if digits > 0 || c != '0' {
				digits++
			}
		case c == '.' && points == 0:
			points++
		case c == '-' && i == 0:
		default:
			return false
		}
	}
	if points > 0 {
		for i := len(v) - 1; v[i] == '0'; i-- {
			digits--
		}
	}
	last := len(v) - 1
	return last >= 0 && digits <= mostDigits && v[last] >= '0' && v[last] <= '9'
}

// The format counts days from here; it takes 1900 for a leap year, so that earlier days than
// the first of March of it are written as text.
var (
	epoch    = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	earliest = time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC)
)

func dayNumber(v []byte) (string, bool) {
	t, err := time.Parse(time.DateOnly, string(v))
	if err != nil || t.Before(earliest) {
		return "", false
	}
	return strconv.Itoa(int(t.Sub(epoch) / (24 * time.Hour))), true
}

// momentNumber is a moment to the millisecond, which is all that the format shows.
func momentNumber(v []byte) (string, bool) {
	t, err := time.Parse("2006-01-02 15:04:05.999999999Z07", string(v))
	if err != nil || t.Before(earliest) {
		return "", false
	}
	const day = 24 * 60 * 60 * 1000
	ms := t.UTC().Sub(epoch).Milliseconds()
	return strconv.FormatFloat(float64(ms)/day, 'f', 9, 64), true
}

// textStyle marks a text that begins like a formula, so that it stays text also when somebody
// edits its cell.
func textStyle(v []byte) int {
	if bytes.ContainsRune([]byte("=+-@|\t\r＝＋－＠'"), first(v)) {
		return styleQuoted
	}
	return 0
}

func first(v []byte) rune {
	r, _ := utf8.DecodeRune(v)
	return r
}

// escape writes text as XML has it. What XML cannot hold becomes the sign for an unknown
// character; an underscore that the format would read as an escape of its own is escaped.
func escape(b *bytes.Buffer, v []byte) {
	units := 0
	for i := 0; i < len(v); {
		r, size := utf8.DecodeRune(v[i:])
		if units += unitsOf(r); units > mostUnits-len(cutMark) && len(v)-i > len(cutMark) {
			b.WriteString(cutMark)
			return
		}
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '\r':
			b.WriteString("&#13;")
		case r == '_' && isEscape(v[i:]):
			b.WriteString("_x005F_")
		case r < 0x20 && r != '\t' && r != '\n', r == 0xFFFE, r == 0xFFFF, r == utf8.RuneError && size == 1:
			b.WriteRune(utf8.RuneError)
		default:
			b.Write(v[i : i+size])
		}
		i += size
	}
}

func unitsOf(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}

// isEscape tells whether a text goes on like _x0041_.
func isEscape(v []byte) bool {
	if len(v) < 7 || v[1] != 'x' || v[6] != '_' {
		return false
	}
	_, err := strconv.ParseUint(string(v[2:6]), 16, 16)
	return err == nil
}

// letters is the name of a column, counted from 0: A, B ... Z, AA.
func letters(i int) string {
	s := ""
	for i++; i > 0; i = (i - 1) / 26 {
		s = string(rune('A'+(i-1)%26)) + s
	}
	return s
}
