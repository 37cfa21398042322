package crm

import "maps"

// Kept is a field that a person edited and that a file or source has otherwise.
type Kept struct {
	Field string
	Value string // that stands
	Says  string // the file or source
}

// merged is an account after a file or source has been laid over it.
type merged struct {
	Facts      Facts
	Provenance Provenance
	Kept       []Kept
	changed    bool // a fact differs
	noted      bool // provenance or an offer differs
}

// said is what a file or source says of an account.
type said struct {
	Facts
	about func(field string) bool // fields that it speaks of at all
	by    Origin
}

// merge lays what a file or source says over what stands, field by field.
//
// What a person edited stays, and the other value is kept beside it. What a person only
// typed when making the account gives way to a file, which a person chose and previewed,
// but not to a source that is read at night. A source that is silent about a field
// empties only what it gave itself; an empty cell of a file empties the field.
func merge(before Facts, p Provenance, s said) merged {
	m := merged{Facts: before, Provenance: p.clone()}
	says := s.Columns()
	for i, c := range before.Columns() {
		if s.about(c.Name) {
			m.field(c, says[i].Value, s.by)
		}
	}
	if m.Facts.Website == s.Website {
		m.Facts.Domain = s.Domain
	}
	m.changed = m.Facts != before
	m.noted = !maps.Equal(m.Provenance.Origins, p.Origins) || !maps.Equal(m.Provenance.Offers, p.Offers)
	return m
}

func (m *merged) field(c Column, says string, by Origin) {
	stands := m.Provenance.Origins[c.Name]
	switch {
	case says == c.Value:
		delete(m.Provenance.Offers, c.Name)
		if says != "" && by.takesOver(stands) {
			m.Provenance.Origins[c.Name] = by
		}
	case by.yields(stands):
		m.keep(c, says, by)
	case says == "" && by.By != File && stands.ID != by.ID:
	default:
		m.Facts.set(c.Name, says)
		m.Provenance.Origins[c.Name] = by
		delete(m.Provenance.Offers, c.Name)
	}
}

func (m *merged) keep(c Column, says string, by Origin) {
	if says == "" {
		if m.Provenance.Offers[c.Name].ID == by.ID {
			delete(m.Provenance.Offers, c.Name)
		}
		return
	}
	m.Kept = append(m.Kept, Kept{Field: c.Name, Value: c.Value, Says: says})
	if was := m.Provenance.Offers[c.Name]; was.Value != says || was.ID != by.ID {
		m.Provenance.Offers[c.Name] = Offer{Origin: by, Value: says}
	}
}

// yields tells whether an origin leaves standing what another gave.
func (o Origin) yields(standing Origin) bool {
	return standing.By == Edited || standing.By == Entered && o.By != File
}

// takesOver tells whether a source answers from now on for a value that it has too.
func (o Origin) takesOver(standing Origin) bool {
	return o.By == Dataverse && standing.By != Edited && standing.By != Entered && standing.By != Dataverse
}
