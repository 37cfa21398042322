package listing

import (
	"strings"
	"time"

	"github.com/google/uuid"
)

// Filter is one parameter that narrows a list.
type Filter struct {
	Name  string
	Label string // for chips and selects
	Where string // the condition over the table; "?" is the value, as often as it stands there

	// What its value may be: one of Choices, one of what ChoicesSQL finds, a record's id, a date, or a
	// currency.
	Choices    []Choice
	ChoicesSQL string // value and label, in order
	Steady     bool   // what ChoicesSQL finds changes only with what marks it (choice_marks)
	IsID       bool
	NameSQL    string // the name of the record with the id "?", for the chip
	IsDate     bool
	IsCurrency bool

	Args  func(value string) []any // what "?" stands for; nil: the value itself, as often as needed
	Aside bool                     // not in the bar: tabs and links choose it
	Usual string                   // the value where an address says none; empty: all records

	Counted bool // the kept counts carry it
}

// Choice is one allowed word of a filter and how it reads on the screen.
type Choice struct {
	Value, Label string
	Where        string // in place of the filter's condition
}

func (f Filter) accepts(v string) bool {
	switch {
	case f.IsID:
		_, err := uuid.Parse(v)
		return err == nil && len(v) == 36
	case f.IsDate:
		_, err := time.Parse(time.DateOnly, v)
		return err == nil
	case f.IsCurrency:
		return len(v) == 3 && strings.Trim(v, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
	}
	return f.choice(v) != nil
}

func (f Filter) choice(v string) *Choice {
	for i := range f.Choices {
		if f.Choices[i].Value == v {
			return &f.Choices[i]
		}
	}
	return nil
}

// condition is the filter's SQL for a value, with its arguments. One of few words to choose from, or a currency, stands
// in the SQL itself, so that the database keeps a plan for each; everything else, and whatever is no plain word, is an
// argument.
func (f Filter) condition(v string) (string, []any) {
	where, c := f.Where, f.choice(v)
	if c != nil && c.Where != "" {
		where = c.Where
	}
	if f.Args == nil && (c != nil && plain(v) || f.IsCurrency && f.accepts(v)) {
		return strings.ReplaceAll(where, "?", "'"+v+"'"), nil
	}
	if f.Args != nil {
		return where, f.Args(v)
	}
	args := make([]any, strings.Count(where, "?"))
	for i := range args {
		args[i] = v
	}
	return where, args
}

// plain tells whether a word is made of letters, digits and a few marks that mean nothing in SQL.
func plain(word string) bool {
	for _, r := range word {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(" ._-", r)) {
			return false
		}
	}
	return true
}
