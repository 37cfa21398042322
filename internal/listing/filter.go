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

	Counted bool   // the kept counts carry it
	Kept    string // the condition over the kept counts, where it is another than over the records
	Runs    Runs
}

// Runs are for a filter whose records stand far apart in the list's usual order, as those of a month do: they stand in
// runs, each with the same values of some columns, and an index has these and the usual order behind them. A page of
// the usual order is then put together from the heads of the runs. Which runs there are the finer counts know.
type Runs struct {
	By    []string // columns of the table and of the finer counts
	Where string   // which runs the filter lets through, over the finer counts; empty: there are none
}

// Choice is one allowed word of a filter and how it reads on the screen.
type Choice struct {
	Value, Label string
	Where        string // in place of the filter's condition
	Kept         string // in place of the filter's condition over the kept counts
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
	return f.with(where, v)
}

// kept is the condition over the kept counts.
func (f Filter) kept(v string) (string, []any) {
	c := f.choice(v)
	switch {
	case c != nil && c.Kept != "":
		return f.with(c.Kept, v)
	case f.Kept != "":
		return f.with(f.Kept, v)
	}
	return f.condition(v)
}

func (f Filter) with(where, v string) (string, []any) {
	c := f.choice(v)
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
