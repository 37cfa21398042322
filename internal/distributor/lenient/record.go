package lenient

import (
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strings"

	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
)

// Field is one field under the names it may have, the likeliest first. A dot
// leads into an inner object: "address.city".
type Field []string

// Record is one JSON object read by aliases. It remembers which alias hit, and
// what could not be read.
type Record struct {
	raw    json.RawMessage
	top    object
	hits   map[string]bool
	notes  []string
	habits Habits
}

// NewRecord takes a record of a list; false when it is no object.
func NewRecord(raw json.RawMessage) (*Record, bool) {
	o, ok := asObject(raw)
	return &Record{raw: raw, top: o, hits: map[string]bool{}}, ok
}

// Raw is the record for safekeeping, as Storable gives it.
func (r *Record) Raw() json.RawMessage { return Storable(r.raw) }

// Notes tells in plain words which fields were there but could not be read.
func (r *Record) Notes() []string { return r.notes }

// Text gives the first alias that holds something, fit for the database.
func (r *Record) Text(f Field) string { return Clean(r.find(f)) }

func (r *Record) find(f Field) string {
	for _, alias := range r.habits.names(f) {
		if text := plainText(r.lookup(alias)); text != "" {
			r.hits[f[0]+"="+alias] = true
			return text
		}
	}
	return ""
}

func (r *Record) lookup(alias string) json.RawMessage {
	o := r.top
	for {
		head, rest, nested := strings.Cut(alias, ".")
		if !nested {
			return o[fold(head)]
		}
		inner, ok := asObject(o[fold(head)])
		if !ok {
			return nil
		}
		o, alias = inner, rest
	}
}

const maxID = 200

// ID gives an id that came as text or number; an error in plain words when
// there is none that could be kept and asked for again.
func (r *Record) ID(f Field) (string, error) {
	text := r.find(f)
	switch {
	case text == "":
		return "", errors.New("it has no id")
	case Clean(text) != text || strings.ContainsRune(text, '\uFFFD'):
		return "", errors.New("its id holds characters that cannot be kept")
	case len(text) > maxID:
		return "", errors.New("its id is too long")
	case text == "." || text == "..":
		return "", errors.New("its id cannot be used in an address")
	}
	if strings.ContainsAny(text, ".eE") {
		if d, ok := decimalOf(text); ok && d.IsInteger() && !strings.HasPrefix(text, "0") && r.isNumber(f) {
			return d.String(), nil
		}
	}
	return text, nil
}

// isNumber tells whether the field came as a JSON number: only then may 100200.0 become 100200.
func (r *Record) isNumber(f Field) bool {
	for _, alias := range r.habits.names(f) {
		if raw := r.lookup(alias); plainText(raw) != "" {
			return !starts(raw, '"')
		}
	}
	return false
}

// Seats gives a quantity, or says in plain words why there is none.
func (r *Record) Seats(f Field) (int, error) { return parseSeats(r.find(f)) }

// Amount gives a price exactly as written; invalid, with a note, when it cannot be kept exactly.
func (r *Record) Amount(f Field) decimal.NullDecimal {
	text := r.find(f)
	if text == "" {
		return decimal.NullDecimal{}
	}
	d, err := parseAmount(text)
	if even := d.RoundBank(amountPlaces); errors.Is(err, errPlaces) && r.habits.Doubles && !even.IsNegative() {
		r.notes = append(r.notes, fmt.Sprintf("%s: %s was rounded to %s, since this provider sends doubles",
			f[0], d, even))
		d, err = even, nil
	}
	if err != nil {
		r.notes = append(r.notes, fmt.Sprintf("%s: %s", f[0], err))
		return decimal.NullDecimal{}
	}
	return decimal.NewNullDecimal(d)
}

// Figure gives a number of a bill exactly as written, below zero too, and the text where one was given that cannot be
// read: that is not "not given".
func (r *Record) Figure(f Field) (d decimal.NullDecimal, unread string) {
	text := r.find(f)
	if text == "" {
		return d, ""
	}
	n, ok := parseFigure(text)
	if !ok {
		return d, cut(Clean(text), 40)
	}
	return decimal.NewNullDecimal(n), ""
}

// Date gives a calendar date as written, and the text where one was given that
// cannot be read: that is not "not given" (RULES 2).
func (r *Record) Date(f Field) (d clock.Date, unread string) {
	text := r.find(f)
	if text == "" {
		return clock.Date{}, ""
	}
	d, ok := r.habits.ParseDate(text)
	if ok {
		return d, ""
	}
	unread = cut(Clean(text), maxUnread)
	r.notes = append(r.notes, fmt.Sprintf("%s: %q is not a date", f[0], unread))
	return clock.Date{}, unread
}

// maxUnread is how much of an unreadable date is kept beside the record, which has all of it.
const maxUnread = 60

// Flag gives a yes or no; empty when there is none, or none that is known.
func (r *Record) Flag(f Field) string {
	switch strings.ToLower(r.Text(f)) {
	case "true", "yes", "y", "1", "on", "enabled":
		return "yes"
	case "false", "no", "n", "0", "off", "disabled":
		return "no"
	}
	return ""
}

// Hits lists field=alias for every field found, to be logged: the first live
// answer then tells which names are real.
func (r *Record) Hits() []string {
	out := make([]string, 0, len(r.hits))
	for h := range r.hits {
		out = append(out, h)
	}
	sort.Strings(out)
	return out
}

// Beside lists field=alias for the aliases that hold something and were not read, as another came first.
func (r *Record) Beside(fields []Field) []string {
	var out []string
	for _, f := range fields {
		for _, alias := range r.habits.names(f) {
			if name := f[0] + "=" + alias; !r.hits[name] && plainText(r.lookup(alias)) != "" {
				out = append(out, name)
			}
		}
	}
	return out
}

// Parts gives the objects of an inner list, such as the lines of an order; none when there is no such list.
func (r *Record) Parts(f Field) []json.RawMessage {
	for _, alias := range f {
		if list, ok := asArray(r.lookup(alias)); ok {
			return list
		}
	}
	return nil
}
