package sandbox

import "encoding/json"

// customerRow is a customer on the comprehensive face. The address is flat.
type customerRow struct {
	CustomerNo string  `json:"customerNo"`
	Name       string  `json:"name"` // Guess: which of the likely names it is; the value mostly looks like a domain
	Address1   string  `json:"address1"`
	Address2   string  `json:"address2"` // Guess
	City       string  `json:"city"`
	State      string  `json:"state"`
	ZipCode    string  `json:"zipCode"`
	Country    string  `json:"country"`                     // Guess
	Domain     string  `json:"domain,omitempty"`            // Guess
	TenantID   string  `json:"microsoftTenantId,omitempty"` // Guess
	Status     *string `json:"status"`
	Contact    string  `json:"contactName"` // Guess
	Email      string  `json:"email"`       // Guess
	Phone      string  `json:"phone"`       // Guess
}

func newCustomerRow(c Customer) any {
	k := c.Company
	return customerRow{
		CustomerNo: c.CustomerNo, Name: k.StellrName, Address1: k.Street, City: k.City, State: k.State,
		ZipCode: k.PostalCode, Country: k.Country, Domain: k.StellrDomain, TenantID: k.StellrTenant,
		Status: c.Status, Contact: k.Contact, Email: k.mailbox(), Phone: k.Phone,
	}
}

// mailbox is the general address of a company.
func (k Company) mailbox() string {
	if k.MailDomain == "" {
		return ""
	}
	return "it@" + k.MailDomain
}

func (s *Server) listCustomers(c call) (any, error) {
	return page(s, c.Request, s.store.customersOf(c.scope), newCustomerRow)
}

func (s *Server) getCustomer(c call) (any, error) {
	found, err := s.customerOf(c)
	if err != nil {
		return nil, err
	}
	return newCustomerRow(found), nil
}

// createCustomer. Guess: the body has the names of the record.
func (s *Server) createCustomer(c call) (any, error) {
	var in customerRow
	if err := decodeBody(c, &in); err != nil {
		return nil, err
	}
	if in.Name == "" {
		return nil, badRequest("name is required.")
	}
	made := s.store.newCustomer(c.scope.reseller, Company{
		Name: in.Name, StellrName: in.Name, LegacyName: in.Name, Street: in.Address1, City: in.City, State: in.State,
		PostalCode: in.ZipCode, Country: in.Country, Domain: in.Domain, StellrDomain: in.Domain, MailDomain: in.Domain,
		TenantID: in.TenantID, StellrTenant: in.TenantID, LegacyTenant: in.TenantID, Contact: in.Contact,
		Phone: in.Phone,
	})
	return newCustomerRow(made), nil
}

// decodeBody reads a JSON body; an empty one is an empty object.
func decodeBody(c call, into any) error {
	body := exchangeOf(c.Request).body
	if len(body) == 0 {
		return nil
	}
	if err := json.Unmarshal(body, into); err != nil {
		return badRequest("The request body is not the JSON that was expected.")
	}
	return nil
}
