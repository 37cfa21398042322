package match

// What is read of one field, in runes, and of one list. No company needs more, and
// names are laid word beside word: a file with a megabyte in one cell must not stop
// the others.
const (
	longestField = 400
	mostDomains  = 50
)

// readable is the part of a record that is compared.
func (r Record) readable() Record {
	for _, f := range []*string{&r.Name, &r.Website, &r.TenantID, &r.Street, &r.City, &r.State, &r.PostalCode,
		&r.Country, &r.Phone} {
		*f = beginning(*f)
	}
	domains := make([]string, 0, min(len(r.EmailDomains), mostDomains))
	for _, d := range r.EmailDomains[:min(len(r.EmailDomains), mostDomains)] {
		domains = append(domains, beginning(d))
	}
	r.EmailDomains = domains
	return r
}

func beginning(s string) string {
	n := 0
	for i := range s {
		if n++; n > longestField {
			return s[:i]
		}
	}
	return s
}
