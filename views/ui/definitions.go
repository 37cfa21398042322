package ui

import (
	"context"
	"io"
)

// DefinitionList is the facts of a record, name beside value.
type DefinitionList struct {
	Items   []Definition
	Columns int // 2 sets them in two columns where there is room
}

// Definition is one fact. The value is a Cell, so it may be a link, badges or any component.
type Definition struct {
	Term  string
	Value Cell
	Note  string // a quiet remark: where it comes from, that it is assumed
}

// Render makes a DefinitionList a templ component.
func (d DefinitionList) Render(ctx context.Context, w io.Writer) error {
	return definitionList(d).Render(ctx, w)
}

// Fact is a definition of plain text.
func Fact(term, text string) Definition { return Definition{Term: term, Value: TextCell(text)} }
