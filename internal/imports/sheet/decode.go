package sheet

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

const notUTF8 = "The file is not in UTF-8, so it was read as Windows-1252. " +
	"Look at the accented letters below before you apply it."

// decode turns the bytes of a file into text, with a note where the letters were guessed.
func decode(content []byte) (text, note string, err error) {
	switch {
	case bytes.HasPrefix(content, []byte("\xd0\xcf\x11\xe0")):
		return "", "", oldOrLocked(content)
	case bytes.HasPrefix(content, []byte("\xff\xfe")), bytes.HasPrefix(content, []byte("\xfe\xff")):
		b, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(content)
		if err != nil {
			return "", "", Unreadable("The file begins as UTF-16 but is not. Save it as CSV UTF-8 and upload it again.")
		}
		content = b
	}
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(content, 0) >= 0 {
		return "", "", Unreadable("This is no text file. Save it as CSV UTF-8 and upload it again.")
	}
	if start := bytes.ToLower(bytes.TrimSpace(content[:min(len(content), 200)])); bytes.HasPrefix(start,
		[]byte("<html")) || bytes.HasPrefix(start, []byte("<!doctype")) || bytes.HasPrefix(start, []byte("<?xml")) {
		return "", "", Unreadable("This is a web page or an XML file, not a list. " +
			"In the spreadsheet program, save it as .xlsx or as CSV UTF-8 and upload that file.")
	}
	if utf8.Valid(content) {
		return newlines(string(content)), "", nil
	}
	b, err := charmap.Windows1252.NewDecoder().Bytes(content)
	if err != nil || bytes.ContainsRune(b, utf8.RuneError) {
		return "", "", Unreadable("The letters of this file are in no encoding that can be read. " +
			"Save it as CSV UTF-8 and upload it again.")
	}
	return newlines(string(b)), notUTF8, nil
}

// oldOrLocked tells an encrypted workbook from one of the old kind: both come in the same wrapping.
func oldOrLocked(content []byte) error {
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder().String("EncryptedPackage")
	if err == nil && bytes.Contains(content, []byte(wide)) {
		return Unreadable("This workbook is protected with a password. Save it without one, or as CSV UTF-8, and " +
			"upload that file.")
	}
	return Unreadable("This is a workbook of the old kind (.xls), whatever its name says. " +
		"In the spreadsheet program, save it as .xlsx or as CSV UTF-8 and upload that file.")
}

// newlines mends the line ends of old Mac programs, which encoding/csv does not take.
func newlines(s string) string {
	if strings.Contains(s, "\n") {
		return s
	}
	return strings.ReplaceAll(s, "\r", "\n")
}
