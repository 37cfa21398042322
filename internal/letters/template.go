package letters

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/contract"
	"seatledger/internal/document"
	"seatledger/internal/errs"
	"seatledger/internal/mail"
	"seatledger/internal/settings"
)

// Purpose is what a template is for.
type Purpose string

// The purposes: a document of each kind, and the reminder of an invoice.
const (
	ForInvoice    = Purpose(document.Invoice)
	ForCreditNote = Purpose(document.CreditNote)
	ForStatement  = Purpose(document.Statement)
	ForReminder   = Purpose("reminder")
)

// Purposes are all purposes.
func Purposes() []Purpose { return []Purpose{ForInvoice, ForReminder, ForCreditNote, ForStatement} }

// Languages are those in which there are templates.
func Languages() []contract.Language { return []contract.Language{contract.English, contract.French} }

// Template is the words of a mail, with named fields in braces.
type Template struct {
	Subject string `json:"subject"`
	Body    string `json:"body"`
}

// Key is which template.
type Key struct {
	Purpose  Purpose
	Language contract.Language
}

// ParseKey reads a key as addresses have it: "reminder-fr".
func ParseKey(s string) (Key, error) {
	p, l, _ := strings.Cut(s, "-")
	k := Key{Purpose(p), contract.Language(l)}
	if !slices.Contains(Purposes(), k.Purpose) || !slices.Contains(Languages(), k.Language) {
		return k, errs.New(errs.NotFound, "There is no such template.")
	}
	return k, nil
}

// String writes the key as addresses have it.
func (k Key) String() string { return string(k.Purpose) + "-" + string(k.Language) }

func (k Key) row() string { return "letter." + k.String() }

// LoadTemplate reads a template: what was saved, else ours.
func LoadTemplate(ctx context.Context, db *gorm.DB, k Key) (Template, settings.Saved, error) {
	t := ours[k]
	saved, err := settings.Read(ctx, db, k.row(), &t)
	return t, saved, err
}

// SaveTemplate stores a template over the version it was read at: errs.Invalid with messages by field, or
// settings.ErrStale.
func (s Service) SaveTemplate(ctx context.Context, by audit.Actor, k Key, version int, t Template) error {
	t, err := t.checked(k.Purpose)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		before, saved, err := LoadTemplate(ctx, tx, k)
		if err != nil {
			return err
		}
		if saved.Version != version {
			return settings.ErrStale
		}
		if before == t {
			return nil
		}
		if err := settings.Write(ctx, tx, s.Clock, by, k.row(), version, t); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "settings.changed", ObjectType: "settings",
			ObjectID: k.row(), ObjectName: "Mail template " + k.String(), Before: before, After: t})
	})
}

const (
	maxSubject = 200
	maxBody    = 10_000
)

// checked refuses what could not be filled: a field that nobody knows, braces that name none.
func (t Template) checked(p Purpose) (Template, error) {
	problems := errs.Fields{}
	t.Subject, t.Body = mail.Line(t.Subject), strings.TrimSpace(strings.ReplaceAll(t.Body, "\r\n", "\n"))
	for _, f := range []struct {
		name, text string
		most       int
	}{{"subject", t.Subject, maxSubject}, {"body", t.Body, maxBody}} {
		switch {
		case f.text == "":
			problems.Add(f.name, "Write something here.")
		case utf8.RuneCountInString(f.text) > f.most:
			problems.Add(f.name, "This is longer than %d characters.", f.most)
		}
		for _, m := range braces.FindAllStringSubmatch(f.text, -1) {
			if !slices.ContainsFunc(FieldsOf(p), func(known Field) bool { return known.Name == m[1] }) {
				problems.Add(f.name, "There is no field {%s}. Choose one of those listed below.", m[1])
			}
		}
		if strings.ContainsAny(braces.ReplaceAllString(f.text, ""), "{}") {
			problems.Add(f.name, "A brace stands alone. A field is written with both, as {number}.")
		}
	}
	if subject := namedIn(t.Subject); slices.Contains(subject, "payment") {
		problems.Add("subject", "{payment} has several lines and does not fit a subject.")
	}
	return t, problems.Err()
}

var braces = regexp.MustCompile(`\{([^{}\n]*)\}`)

func namedIn(text string) []string {
	var out []string
	for _, m := range braces.FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	return out
}

// fill writes the values in. A line whose fields are all empty is left out, so that nothing is promised
// that is not there.
func fill(text string, values map[string]string) string {
	var out []string
	for _, line := range strings.Split(text, "\n") {
		names, filled := namedIn(line), false
		for _, n := range names {
			filled = filled || values[n] != ""
		}
		if len(names) > 0 && !filled {
			continue
		}
		out = append(out, strings.TrimRight(braces.ReplaceAllStringFunc(line, func(m string) string {
			return values[strings.Trim(m, "{}")]
		}), " "))
	}
	return strings.TrimSpace(manyBlank.ReplaceAllString(strings.Join(out, "\n"), "\n\n"))
}

var manyBlank = regexp.MustCompile(`\n{3,}`)

// Field is a name that a template may have, and what it stands for.
type Field struct{ Name, Means string }

// FieldsOf are the fields of a template.
func FieldsOf(p Purpose) []Field {
	out := []Field{
		{"document", "what it is called: Invoice, Credit note, Statement of charges"},
		{"number", "its number"},
		{"issued", "its date"},
		{"customer", "to whom it is made out"},
		{"contract", "the contract"},
		{"order", "the customer's purchase order"},
		{"period", "the days that it covers"},
		{"amount", "its total, with the currency"},
		{"due", "until when it is to be paid"},
		{"payment", "how to pay and the bank, several lines"},
		{"seller", "who you are"},
	}
	switch p {
	case ForInvoice:
		return append(out, Field{"open", "what is still to be paid, with the currency"},
			Field{"paid", "what was paid of it, if anything was"},
			Field{"credited", "what was credited of it, if anything was"},
			Field{"pay_to", "who you are, while something is to be paid"},
			Field{"reference", "its number, while something is to be paid"})
	case ForCreditNote:
		return append(out, Field{"corrects", "the documents that it corrects"}, Field{"reason", "why"})
	case ForReminder:
		return append(out, Field{"open", "what is still to be paid, with the currency"},
			Field{"days", "how many days it is overdue"})
	}
	return out
}
