package document

import (
	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/words"
)

// Kind is what a document is called.
type Kind string

// The kinds.
const (
	Invoice    Kind = "invoice"
	CreditNote Kind = "credit_note"
	Statement  Kind = "statement" // of charges: accounting adds the tax and makes the invoice
)

// Document is what was issued, with its words.
type Document struct {
	Kind         Kind              `json:"kind"`
	Language     string            `json:"language"`
	Labels       map[string]string `json:"labels"` // as the language had them at billing
	Number       string            `json:"number"` // empty: a draft
	IssuedOn     clock.Date        `json:"issued_on"`
	DueOn        clock.Date        `json:"due_on"`
	From         clock.Date        `json:"from"` // what its lines really cover: [From, To)
	To           clock.Date        `json:"to"`
	Currency     string            `json:"currency"`
	TaxElsewhere bool              `json:"tax_elsewhere"` // accounting adds it
	Seller       Party             `json:"seller"`
	Bank         []string          `json:"bank"`
	PaymentText  []string          `json:"payment_text"`
	Footer       string            `json:"footer"`
	Logo         string            `json:"logo"` // checksum of a stored picture
	Paper        string            `json:"paper"`
	Customer     Party             `json:"customer"`
	CustomerID   uuid.UUID         `json:"customer_id,omitzero"` // its CRM account; not kept by older ones
	For          string            `json:"for"`                  // the customer, where its parent is billed
	Contract     string            `json:"contract"`
	Order        string            `json:"order"`
	Corrects     []string          `json:"corrects"`
	Reason       string            `json:"reason"`
	Lines        []Line            `json:"lines"`
	Sections     []Section         `json:"sections,omitempty"` // where several invoices share it
	Taxes        []Tax             `json:"taxes"`
	Net          decimal.Decimal   `json:"net"`
	Tax          decimal.Decimal   `json:"tax"`
	Gross        decimal.Decimal   `json:"gross"`
	MadeOn       clock.Date        `json:"made_on"` // set where it was made after billing, from what stood then
}

// Party is one side.
type Party struct {
	Name    string   `json:"name"`
	Address []string `json:"address"`
	TaxIDs  []string `json:"tax_ids"`
}

// Section is the part of a shared document that is one invoice's.
type Section struct {
	Invoice  uuid.UUID       `json:"invoice"`
	Contract string          `json:"contract"`
	For      string          `json:"for"` // the customer, where its parent is billed
	Order    string          `json:"order"`
	Lines    int             `json:"lines"` // how many of the lines are its
	Net      decimal.Decimal `json:"net"`
}

// Line is one line with its words.
type Line struct {
	ID         uuid.UUID        `json:"id"`
	Kind       string           `json:"kind"`
	Product    string           `json:"product"`
	PartNumber string           `json:"part_number"`
	Words      []string         `json:"words"`
	From       clock.Date       `json:"from"`
	To         clock.Date       `json:"to"`
	Days       int              `json:"days"`
	Seats      int              `json:"seats"`
	Quantity   *decimal.Decimal `json:"quantity,omitempty"` // of a line typed by hand, which has no seats
	UnitPrice  decimal.Decimal  `json:"unit_price"`
	Period     string           `json:"price_period"`
	Amount     decimal.Decimal  `json:"amount"`
	TaxCode    string           `json:"tax_code"`
	TaxName    string           `json:"tax_name"`
	TaxPercent decimal.Decimal  `json:"tax_percent"`
}

// Tax is what one rate comes to on the sum of its lines.
type Tax struct {
	Code    string          `json:"code"`
	Name    string          `json:"name"`
	Percent decimal.Decimal `json:"percent"`
	Base    decimal.Decimal `json:"base"`
	Amount  decimal.Decimal `json:"amount"`
}

// Words is the document's language, for what is formatted as it is shown.
func (d Document) Words() words.Pack { return words.For(d.Language) }

// Label is one of its stored texts.
func (d Document) Label(key string) string { return d.Labels[key] }

// Title is what it is called.
func (d Document) Title() string { return d.Label(string(d.Kind)) }
