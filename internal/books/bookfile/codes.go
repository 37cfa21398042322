package bookfile

import (
	"strings"

	"seatledger/internal/document"
)

// Sort is what a code stands for.
type Sort string

// The sorts of codes.
const (
	Customer Sort = "customer" // by CRM account
	Account  Sort = "account"  // of revenue, by part number, else name
	Item     Sort = "item"     // by the same
	Tax      Sort = "tax"      // by code and percent
	Class    Sort = "class"    // or department, cost centre, tracking; by the same
)

// Sorts are all of them, in the order of the page.
func Sorts() []Sort { return []Sort{Customer, Account, Item, Tax, Class} }

// Empty is the code that leaves the column empty on purpose.
const Empty = "-"

// Codes are what a system calls our customers, products and taxes: by sort, then by key.
type Codes map[Sort]map[string]string

// Of is the code of a key, else the one for everything else; false where there is none.
func (c Codes) Of(s Sort, key string) (string, bool) {
	code, ok := c[s][key]
	if !ok && s.HasRest() {
		code, ok = c[s][""]
	}
	if code == Empty {
		code = ""
	}
	return code, ok
}

// HasRest tells whether the empty key of a sort stands for everything else.
func (s Sort) HasRest() bool { return s == Account || s == Item || s == Class }

// TaxKey is the key of the tax of a line; empty: there is none on it.
func TaxKey(l document.Line) string {
	if l.TaxCode == "" {
		return ""
	}
	return l.TaxCode + " " + l.TaxPercent.String() + "%"
}

// ProductKey is the key of a product: its part number, else its name, in any case.
func ProductKey(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// keyOf is the key and the name under which a line asks for a code.
func keyOf(s Sort, v *Voucher, e *Entry) (key, name string) {
	switch s {
	case Customer:
		if !v.Customer.Valid {
			return "", v.Doc.Customer.Name
		}
		return v.Customer.UUID.String(), v.Doc.Customer.Name
	case Tax:
		if key = TaxKey(e.Line); key == "" {
			return "", "No tax on the document"
		}
		return key, key + " " + e.Line.TaxName
	}
	if e.Line.PartNumber == "" {
		return ProductKey(e.Line.Product), e.Line.Product
	}
	return ProductKey(e.Line.PartNumber), e.Line.PartNumber + " " + e.Line.Product
}

// Names are the keys under which documents ask for codes, with what they stand for.
func Names(all []Voucher) map[Sort]map[string]string {
	out := map[Sort]map[string]string{}
	for _, s := range Sorts() {
		out[s] = map[string]string{}
	}
	for v := range all {
		for e := range all[v].Entries {
			for _, s := range Sorts() {
				if key, name := keyOf(s, &all[v], &all[v].Entries[e]); key != "" || s == Tax {
					out[s][key] = name
				}
			}
		}
	}
	return out
}
