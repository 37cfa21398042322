// Package help shows the handbook.
package help

import "seatledger/views/layout"

// Show is a page of the handbook.
type Show struct {
	layout.Page
	Pages  []Link // all of them, this one marked
	Blocks []Block
}

// Link is one entry of the table of contents.
type Link struct {
	Text, Href string
	Here       bool
}

// Block is a part of a page: one of its fields is filled.
type Block struct {
	Heading *Heading
	Text    []Span
	List    [][]Span
	Ordered bool
	Code    string
	Rows    [][][]Span // a word and what it means, or a question and its answer
}

// Heading begins a section.
type Heading struct{ ID, Text string }

// Span is a piece of a line.
type Span struct {
	Text, Href string
	Code, Bold bool
}
