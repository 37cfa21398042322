package lenient

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

const replacement = `\ufffd`

// Storable gives a copy of valid JSON that PostgreSQL takes as jsonb: byte for byte the same
// unless it holds what jsonb refuses. Then bytes that are not UTF-8, \u0000 and
// halves of surrogate pairs become U+FFFD, and a number too large for numeric
// becomes its own text.
func Storable(raw json.RawMessage) json.RawMessage {
	s := storer{in: raw, out: make([]byte, 0, len(raw))}
	for s.at < len(s.in) {
		switch c := s.in[s.at]; {
		case c == '"':
			s.text()
		case c == '-' || (c >= '0' && c <= '9'):
			s.number()
		default:
			s.out = append(s.out, c)
			s.at++
		}
	}
	return s.out
}

type storer struct {
	in  []byte
	out []byte
	at  int
}

func (s *storer) text() {
	s.take(1)
	for s.at < len(s.in) {
		switch c := s.in[s.at]; {
		case c == '"':
			s.take(1)
			return
		case c == '\\':
			s.escape()
		case c < utf8.RuneSelf:
			s.take(1)
		default:
			s.wide()
		}
	}
}

func (s *storer) wide() {
	r, size := utf8.DecodeRune(s.in[s.at:])
	if r == utf8.RuneError && size == 1 {
		s.replace(1)
		return
	}
	s.take(size)
}

func (s *storer) escape() {
	code, ok := unit(s.in[s.at:])
	switch {
	case !ok:
		s.take(2)
	case code == 0 || (code >= 0xDC00 && code <= 0xDFFF):
		s.replace(6)
	case code >= 0xD800 && code <= 0xDBFF:
		if low, ok := unit(s.in[min(s.at+6, len(s.in)):]); ok && low >= 0xDC00 && low <= 0xDFFF {
			s.take(12)
			return
		}
		s.replace(6)
	default:
		s.take(6)
	}
}

// unit reads \uXXXX at the beginning of b.
func unit(b []byte) (rune, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range b[2:6] {
		d := bytes.IndexByte([]byte("0123456789abcdef"), c|0x20)
		if d < 0 {
			return 0, false
		}
		r = r<<4 | rune(d)
	}
	return r, true
}

func (s *storer) number() {
	end := s.at
	for end < len(s.in) && bytes.IndexByte([]byte("+-.eE0123456789"), s.in[end]) >= 0 {
		end++
	}
	literal := s.in[s.at:end]
	if _, ok := decimalOf(string(literal)); ok || len(literal) < 64 && !bytes.ContainsAny(literal, "eE") {
		s.take(len(literal))
		return
	}
	s.out = append(append(append(s.out, '"'), literal...), '"')
	s.at = end
}

func (s *storer) take(n int) {
	n = min(n, len(s.in)-s.at)
	s.out = append(s.out, s.in[s.at:s.at+n]...)
	s.at += n
}

func (s *storer) replace(n int) {
	s.out = append(s.out, replacement...)
	s.at += min(n, len(s.in)-s.at)
}
