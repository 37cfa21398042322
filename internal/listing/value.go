package listing

import (
	"bytes"
	"slices"
	"unicode/utf8"
)

// write turns a value as PostgreSQL writes it into what a file says (CONTRACT, CSV). It
// may write into the value's own memory.
func (k Kind) write(v []byte) []byte {
	if v == nil {
		return nil
	}
	switch k {
	case Text:
		return Safe(v)
	case Amount:
		return trimZeros(v)
	case Day:
		if bytes.Equal(v, []byte("infinity")) {
			return nil
		}
	case Moment:
		return moment(v)
	case YesNo:
		if len(v) == 1 && v[0] == 't' {
			return []byte("true")
		}
		return []byte("false")
	}
	return v
}

// keep leaves a value as PostgreSQL writes it; an end that is open is none.
func (k Kind) keep(v []byte) []byte {
	if k == Day && bytes.Equal(v, []byte("infinity")) {
		return nil
	}
	return v
}

// Safe puts a ' before a text that a spreadsheet would run as a formula.
func Safe(v []byte) []byte {
	if r, _ := utf8.DecodeRune(v); len(v) > 0 && Formula(r) {
		return append([]byte{'\''}, v...)
	}
	return v
}

// Formula tells whether a spreadsheet takes a text that begins so for a formula: also in
// full width, and | for the exchange of data between programs.
func Formula(first rune) bool {
	return slices.Contains([]rune("=+-@|\t\r＝＋－＠"), first)
}

func trimZeros(v []byte) []byte {
	if bytes.IndexByte(v, '.') < 0 {
		return v
	}
	return bytes.TrimSuffix(bytes.TrimRight(v, "0"), []byte("."))
}

// moment writes "2026-03-01 10:00:00.5+00" as RFC 3339.
func moment(v []byte) []byte {
	out := bytes.Replace(v, []byte(" "), []byte("T"), 1)
	if rest, ok := bytes.CutSuffix(out, []byte("+00")); ok {
		return append(rest[:len(rest):len(rest)], 'Z')
	}
	return out
}
