package crm

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/errs"
)

// Facts are what a person or a file says of an account. Check makes them fit to be stored.
type Facts struct {
	ExternalID   string // the CRM's own id; empty: none
	Name         string
	Website      string // as typed
	Domain       string // of Website: lower case, ASCII, without www; never typed
	EmailDomains string // separated by one space
	TenantID     string // GUID in lower case; empty: not known
	Street       string
	City         string
	State        string
	PostalCode   string
	Country      string
	Phone        string
	TaxID        string // as it stands on documents
}

// Account is one customer as the CRM knows it.
type Account struct {
	ID uuid.UUID
	Facts
	ParentID     uuid.NullUUID
	BillToParent bool   // documents are made out to the parent
	Source       string // person, csv or account: how it came here
	Version      int
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// Address is its address in lines, as it stands on a letter.
func (f Facts) Address() []string {
	town := strings.TrimSpace(f.PostalCode + " " + f.City)
	if f.State != "" {
		town = strings.TrimSpace(strings.Trim(f.City+", "+f.State, ", ") + " " + f.PostalCode)
	}
	return slices.DeleteFunc([]string{f.Street, town, f.Country}, func(s string) bool { return s == "" })
}

// Input is the form of an account.
type Input struct {
	Facts
	Parent       string // id, external id or exact name of another account; empty: none
	BillToParent bool
}

// Column is one field under its CONTRACT name.
type Column struct{ Name, Value string }

// Columns are the facts in the order of the CSV, without what is derived.
func (f Facts) Columns() []Column {
	return []Column{
		{"external_id", f.ExternalID}, {"name", f.Name}, {"website", f.Website},
		{"email_domains", f.EmailDomains}, {"tenant_id", f.TenantID},
		{"street", f.Street}, {"city", f.City}, {"state", f.State},
		{"postal_code", f.PostalCode}, {"country", f.Country}, {"phone", f.Phone},
		{"tax_id", f.TaxID},
	}
}

// set writes one fact by its CONTRACT name; a name that is none is passed over.
func (f *Facts) set(column, value string) {
	fields := map[string]*string{
		"external_id": &f.ExternalID, "name": &f.Name, "website": &f.Website,
		"email_domains": &f.EmailDomains, "tenant_id": &f.TenantID,
		"street": &f.Street, "city": &f.City, "state": &f.State,
		"postal_code": &f.PostalCode, "country": &f.Country, "phone": &f.Phone,
		"tax_id": &f.TaxID,
	}
	if p, ok := fields[column]; ok {
		*p = value
	}
}

const (
	maxText    = 200
	maxDomains = 50
)

// Check makes facts fit to be stored: trimmed, domains and tenant id in one
// spelling, Domain derived. Its error is errs.Invalid with a message per field.
func (f Facts) Check() (Facts, error) {
	problems := errs.Fields{}
	for _, c := range f.Columns() {
		v := tidy(c.Value)
		if len([]rune(v)) > maxText && c.Name != "email_domains" {
			problems.Add(c.Name, "This is longer than %d characters.", maxText)
		}
		f.set(c.Name, v)
	}
	if f.Name == "" {
		problems.Add("name", "Enter a name.")
	}
	f.checkAddresses(problems)
	return f, problems.Err()
}

// checkAddresses reads what identifies a customer on the net.
func (f *Facts) checkAddresses(problems errs.Fields) {
	var err error
	if f.Domain, err = ParseDomain(f.Website); err != nil {
		problems.Add("website", "%s", errs.Public(err))
	}
	if f.EmailDomains, err = ParseEmailDomains(f.EmailDomains); err != nil {
		problems.Add("email_domains", "%s", errs.Public(err))
	}
	if f.TenantID, err = ParseTenantID(f.TenantID); err != nil {
		problems.Add("tenant_id", "%s", errs.Public(err))
	}
}

// tidy trims, writes line breaks and tabs as one space, and drops other control characters.
func tidy(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' || r == '\t' }), " ")
	s = strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}
