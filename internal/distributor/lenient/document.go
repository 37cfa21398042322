package lenient

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// What an answer can be instead of JSON. The texts are shown to people.
var (
	ErrEmpty  = errors.New("the answer was empty")
	ErrHTML   = errors.New("the answer was a web page instead of data, perhaps a maintenance page or the wrong address")
	ErrBroken = errors.New("the answer was not JSON, or was cut off")
	ErrDeep   = errors.New("the answer was nested too deeply")
	ErrShape  = errors.New("the answer had a shape that is not known")
)

// maxDepth is far beyond any record and far below what a stack or PostgreSQL minds.
const maxDepth = 64

// check gives the body without byte order mark and blanks, if it is JSON that can be read.
func check(body []byte) ([]byte, error) {
	body = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\xef\xbb\xbf")))
	switch {
	case len(body) == 0:
		return nil, ErrEmpty
	case body[0] == '<':
		return nil, ErrHTML
	case tooDeep(body):
		return nil, ErrDeep
	case !json.Valid(body):
		return nil, ErrBroken
	}
	return body, nil
}

func tooDeep(body []byte) bool {
	depth, inText := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// object is a JSON object whose keys are compared without case, _ and -.
type object map[string]json.RawMessage

func asObject(raw json.RawMessage) (object, bool) {
	if !starts(raw, '{') {
		return nil, false
	}
	var m map[string]part
	if json.Unmarshal(raw, &m) != nil {
		return nil, false
	}
	o := make(object, len(m))
	for key, value := range m {
		folded := fold(key)
		if _, taken := o[folded]; !taken || !isNull(json.RawMessage(value)) {
			o[folded] = json.RawMessage(value)
		}
	}
	return o, true
}

// part is a piece of a document that lies in it: a list is as large as what it was read
// from, and a copy at each of its levels would be as large again.
type part json.RawMessage

// UnmarshalJSON keeps the piece itself. What is handed in is a slice of what the document
// is read from, which nobody writes to.
func (p *part) UnmarshalJSON(b []byte) error {
	*p = part(b[:len(b):len(b)])
	return nil
}

func asArray(raw json.RawMessage) ([]json.RawMessage, bool) {
	if !starts(raw, '[') {
		return nil, false
	}
	var parts []part
	if json.Unmarshal(raw, &parts) != nil {
		return nil, false
	}
	a := make([]json.RawMessage, len(parts))
	for i, p := range parts {
		a[i] = json.RawMessage(p)
	}
	return a, true
}

func starts(raw json.RawMessage, c byte) bool {
	raw = bytes.TrimSpace(raw)
	return len(raw) > 0 && raw[0] == c
}

func isNull(raw json.RawMessage) bool { return string(bytes.TrimSpace(raw)) == "null" }

var folder = strings.NewReplacer("_", "", "-", "", " ", "")

func fold(key string) string { return strings.ToLower(folder.Replace(key)) }
