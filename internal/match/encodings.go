package match

import (
	"bytes"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	utf "golang.org/x/text/encoding/unicode"
)

var (
	errWorkbook = errors.New("this is an Excel workbook or a zip file; save it as CSV first")
	errBinary   = errors.New("this is no text file; save the list as CSV first")
	errEncoding = errors.New("the encoding of this file is not known: it is neither UTF-8 nor UTF-16, Shift-JIS, EUC-JP, " +
		"EUC-KR, GB 18030, Big5, Windows-1251 or Windows-1252; save it as CSV UTF-8")
)

// plainText gives a file as UTF-8 without its byte order mark, found by the mark,
// by what is valid, or by what reads like a language; else the file is refused.
func plainText(raw []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(raw, []byte("PK\x03\x04")), bytes.HasPrefix(raw, []byte("\xd0\xcf\x11\xe0")):
		return nil, errWorkbook
	case bytes.HasPrefix(raw, []byte("\xff\xfe")), bytes.HasPrefix(raw, []byte("\xfe\xff")):
		return textOnly(decode(utf.UTF16(utf.LittleEndian, utf.UseBOM), raw))
	}
	if order, ok := unmarkedUTF16(raw); ok {
		return textOnly(decode(utf.UTF16(order, utf.IgnoreBOM), raw))
	}
	if binary(raw) {
		return nil, errBinary
	}
	if utf8.Valid(raw) {
		return bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")), nil
	}
	return textOnly(byLanguage(raw))
}

func decode(e encoding.Encoding, raw []byte) ([]byte, error) { return e.NewDecoder().Bytes(raw) }

// textOnly refuses what turns out to be no text once it is decoded.
func textOnly(text []byte, err error) ([]byte, error) {
	if err == nil && binary(text) {
		return nil, errBinary
	}
	return text, err
}

// binary is true when signs stand there that no text has.
func binary(raw []byte) bool {
	return bytes.ContainsFunc(raw[:min(len(raw), 1<<20)], func(r rune) bool {
		return r < ' ' && !strings.ContainsRune("\t\r\n\f\x1b\x1a", r)
	})
}

// unmarkedUTF16 finds UTF-16 without a mark by the empty half of its first signs.
func unmarkedUTF16(raw []byte) (utf.Endianness, bool) {
	head := raw[:min(len(raw), 64)&^1]
	if len(head) < 8 {
		return utf.BigEndian, false
	}
	var even, odd int
	for i := 0; i < len(head); i += 2 {
		if head[i] == 0 {
			even++
		}
		if head[i+1] == 0 {
			odd++
		}
	}
	switch {
	case odd > len(head)/4 && even == 0:
		return utf.LittleEndian, true
	case even > len(head)/4 && odd == 0:
		return utf.BigEndian, true
	}
	return utf.BigEndian, false
}

// byLanguage reads bytes as the first encoding in which they are all valid and read
// like what is written in it.
func byLanguage(raw []byte) ([]byte, error) {
	for _, try := range []struct {
		encoding encoding.Encoding
		reads    func(s script) bool
	}{
		{japanese.ShiftJIS, func(s script) bool { return s.kana > 0 && s.kana+s.han > 9*s.other || s.japanese }},
		{japanese.EUCJP, func(s script) bool { return s.kana > 0 && s.kana+s.han > 9*s.other }},
		{korean.EUCKR, func(s script) bool { return s.hangul > 9*(s.han+s.kana+s.other) }},
		{simplifiedchinese.GB18030, func(s script) bool { return s.common > 2*(s.han-s.common+s.other+s.hangul) }},
		{traditionalchinese.Big5, func(s script) bool { return s.han > 9*s.other }},
		{charmap.Windows1251, func(s script) bool { return s.cyrillic > 9*s.other && s.words }},
		{charmap.Windows1252, func(s script) bool { return s.other > 0 && s.spread }},
	} {
		text, err := decode(try.encoding, raw)
		if err == nil && !bytes.ContainsFunc(text, unread) && try.reads(scriptOf(string(text))) {
			return text, nil
		}
	}
	return nil, errEncoding
}

// unread is true for a sign that stands for bytes that an encoding does not have.
func unread(r rune) bool { return r == utf8.RuneError || r >= 0x80 && r < 0xa0 }

// script is what the letters beyond ASCII of a text are.
type script struct {
	kana, han, common, hangul, cyrillic, other int
	japanese                                   bool // a legal form of Japan stands there
	words                                      bool // they stand beside each other, as in words of that script
	spread                                     bool // they stand alone among plain letters, as accents do
}

func scriptOf(text string) script {
	s := script{japanese: strings.Contains(text, "株式会社") || strings.Contains(text, "有限会社")}
	pairs, last := 0, false
	for _, r := range text {
		if r < 0x80 {
			last = false
			continue
		}
		if last {
			pairs++
		}
		last = true
		s.count(r)
	}
	all := s.kana + s.han + s.hangul + s.cyrillic + s.other
	s.words, s.spread = 2*pairs > all, 2*pairs < all
	return s
}

func (s *script) count(r rune) {
	switch {
	case unicode.In(r, unicode.Hiragana, unicode.Katakana) && r < 0xff00, r == 'ー':
		s.kana++
	case unicode.Is(unicode.Han, r):
		s.han++
		if _, err := simplifiedchinese.HZGB2312.NewEncoder().String(string(r)); err == nil {
			s.common++
		}
	case unicode.Is(unicode.Hangul, r):
		s.hangul++
	case unicode.Is(unicode.Cyrillic, r):
		s.cyrillic++
	case unicode.In(r, unicode.Latin), unicode.IsPunct(r), unicode.IsSymbol(r), unicode.IsControl(r):
		s.other++
	}
}
