package invoices

import "seatledger/views/ui"

// Paper is a document as its reader sees it.
type Paper struct {
	Lang     string
	Mark     string // over it and no part of it, as that it is void; empty: none
	Logo     string // address of the picture; empty: none
	Seller   []string
	ToLabel  string
	To       []string
	Title    string
	Facts    []ui.Pair
	Columns  []string // the first is the description, the others are figures
	Lines    []PaperLine
	None     string // said where there are no lines
	Sums     []ui.Pair
	Remarks  []string
	PayTitle string
	Pay      []string
	Footer   string
}

// PaperLine is one line.
type PaperLine struct {
	Heading string // whose part of a shared document begins here; empty: none
	Product string
	Href    string
	Words   []string
	Figures []string
}
