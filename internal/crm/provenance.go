package crm

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// How a field came by its value.
const (
	Entered     = "entered"     // typed when a person made the account
	Edited      = "edited"      // changed by a person: no file and no source puts another in its place
	File        = "file"        // an import
	Dataverse   = "dataverse"   // read from Dynamics 365
	Distributor = "distributor" // taken from the provider account that this one was made of
)

// Origin is who gave a field the value that stands.
type Origin struct {
	By   string    `json:"by"`
	Name string    `json:"name"`         // of the person, file or source
	ID   string    `json:"id,omitempty"` // of the import or source
	At   time.Time `json:"at"`
}

// Offer is what a file or source has for a field that a person edited.
type Offer struct {
	Origin
	Value string `json:"value"`
}

// Provenance is the origins of an account's fields, by their CONTRACT names, and the
// values that were offered and not taken.
type Provenance struct {
	Origins Origins
	Offers  Offers
}

// Origins by field; a field that nobody ever filled has none.
type Origins map[string]Origin

// Offers by field.
type Offers map[string]Offer

// Value writes the column.
func (o Origins) Value() (driver.Value, error) { return document(o) }

// Scan reads the column.
func (o *Origins) Scan(src any) error { return scanDocument(src, o) }

// Value writes the column.
func (o Offers) Value() (driver.Value, error) { return document(o) }

// Scan reads the column.
func (o *Offers) Scan(src any) error { return scanDocument(src, o) }

func document[M ~map[string]V, V any](m M) (driver.Value, error) {
	if m == nil {
		return "{}", nil
	}
	b, err := json.Marshal(m)
	return string(b), err
}

func scanDocument(src, into any) error {
	switch v := src.(type) {
	case []byte:
		return json.Unmarshal(v, into)
	case string:
		return json.Unmarshal([]byte(v), into)
	}
	return fmt.Errorf("crm: cannot read provenance from %T", src)
}

// ProvenanceOf reads where an account's values come from.
func ProvenanceOf(db *gorm.DB, id uuid.UUID) (Provenance, error) {
	all, err := provenances(db, []uuid.UUID{id})
	return all[id], err
}

// fresh is the provenance of a new account whose filled fields one origin gave.
func fresh(f Facts, by Origin) Provenance {
	p := Provenance{Origins: Origins{}, Offers: Offers{}}
	for _, c := range f.Columns() {
		if c.Value != "" {
			p.Origins[c.Name] = by
		}
	}
	return p
}

func (p Provenance) clone() Provenance {
	out := Provenance{Origins: Origins{}, Offers: Offers{}}
	for k, v := range p.Origins {
		out.Origins[k] = v
	}
	for k, v := range p.Offers {
		out.Offers[k] = v
	}
	return out
}

// edited is the provenance after a person saved a form. A value that a source offered
// and a person has now typed is the source's again.
func (p Provenance) edited(before, after Facts, by Origin) Provenance {
	out := p.clone()
	was := before.Columns()
	for i, c := range after.Columns() {
		if c.Value == was[i].Value {
			continue
		}
		out.Origins[c.Name] = by
		if offer, ok := p.Offers[c.Name]; ok && offer.Value == c.Value {
			out.Origins[c.Name] = offer.Origin
			delete(out.Offers, c.Name)
		}
	}
	return out
}
