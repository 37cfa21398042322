package lenient

import (
	"encoding/json"
	"regexp"
	"sort"
	"strings"
)

// Complaint is an error that a distributor tells inside an answer, with whatever HTTP code.
type Complaint struct {
	Code      string
	Text      string
	Word      string // the value of "error" where that is a word, as OAuth has it
	RequestID string
}

func (c *Complaint) Error() string {
	if c.Code != "" && c.Text != "" {
		return c.Text + " (" + c.Code + ")"
	}
	return c.Text + c.Code
}

// ReadComplaint finds what an answer with an error code says about itself; the
// zero Complaint when it says nothing that can be read.
func ReadComplaint(body []byte) Complaint {
	raw, err := check(body)
	if err != nil {
		return Complaint{}
	}
	top, ok := asObject(raw)
	if !ok {
		return Complaint{}
	}
	c := complaintIn(top)
	if c == nil {
		c = &Complaint{Text: said(top["message"]), Word: wordIn(top), RequestID: requestID(top)}
		if data, ok := asObject(top["data"]); ok && c.Text == "" {
			c.Text = said(data["message"])
		}
	}
	if c.Code == "" {
		c.Code = codeIn(top)
	}
	return *c
}

var (
	complaintKeys = []string{"errormessage", "errordetail", "bizerror", "errordescription", "error", "errors", "fault",
		"faultstring", "exception"}
	codeKeys  = []string{"errorcode", "code"}
	failWords = []string{"error", "fail", "failed", "failure"}
)

// complaintIn looks for error keys at the top and in the objects below it, but
// not inside lists: a record may well have a status "error" of its own.
func complaintIn(top object) *Complaint { return complaintBut(top, func(string) bool { return false }) }

// complaintBut is complaintIn without texts that are no complaint in their place.
func complaintBut(top object, harmless func(string) bool) *Complaint {
	text := complaintText(top, harmless, 0)
	if text == "" {
		return nil
	}
	return &Complaint{Text: cut(text, 300), Code: codeIn(top), Word: wordIn(top), RequestID: requestID(top)}
}

var oneWord = regexp.MustCompile(`^[A-Za-z][A-Za-z_]{2,59}$`)

func wordIn(o object) string {
	if word := Clean(plainText(o["error"])); oneWord.MatchString(word) && word != "true" && !saysNoError(word) {
		return word
	}
	if data, ok := asObject(o["data"]); ok {
		return wordIn(data)
	}
	return ""
}

func complaintText(o object, harmless func(string) bool, depth int) string {
	if depth > 3 {
		return ""
	}
	for _, key := range complaintKeys {
		if text := said(o[key]); text != "" && !harmless(text) {
			return reasonFor(text, o)
		}
	}
	if text := failed(o); text != "" {
		return text
	}
	for _, key := range sortedKeys(o) {
		if inner, ok := asObject(o[key]); ok {
			if text := complaintText(inner, harmless, depth+1); text != "" {
				return text
			}
		}
	}
	return ""
}

// failed reads {status: "error", message: ...} and {success: false, message: ...}.
func failed(o object) string {
	word := strings.ToLower(plainText(o["status"]))
	bad := plainText(o["success"]) == "false"
	for _, w := range failWords {
		bad = bad || word == w
	}
	if !bad {
		return ""
	}
	return reasonFor("true", o)
}

// reasonFor takes the message beside a bare {error: true}.
func reasonFor(text string, o object) string {
	if text != "true" {
		return text
	}
	if message := said(o["message"]); message != "" {
		return message
	}
	return "the answer reports a failure without a reason"
}

// said turns the value of an error key into text; empty for values that mean "no error".
func said(raw json.RawMessage) string {
	if inner, ok := asObject(raw); ok {
		return saidBy(inner)
	}
	if list, ok := asArray(raw); ok {
		if len(list) == 0 {
			return ""
		}
		return said(list[0])
	}
	text := Clean(plainText(raw))
	if saysNoError(text) {
		return ""
	}
	return text
}

func saidBy(o object) string {
	for _, key := range append([]string{"message", "text", "reason", "description"}, complaintKeys...) {
		if text := said(o[key]); text != "" {
			return text
		}
	}
	for _, key := range sortedKeys(o) {
		if text := said(o[key]); text != "" {
			return text
		}
	}
	return ""
}

func codeIn(o object) string {
	for _, key := range codeKeys {
		if code := Clean(plainText(o[key])); code != "" {
			return cut(code, 60)
		}
	}
	if data, ok := asObject(o["data"]); ok {
		return codeIn(data)
	}
	return ""
}

func sortedKeys(o object) []string {
	keys := make([]string, 0, len(o))
	for k := range o {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
