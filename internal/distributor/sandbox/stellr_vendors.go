package sandbox

import "slices"

// vendorRow is a vendor the reseller may sell; its id is its name. Guess: vendorName.
type vendorRow struct {
	VendorID   string `json:"vendorId"`
	VendorName string `json:"vendorName"`
}

func (s *Server) vendors() []string {
	var names []string
	for _, p := range s.store.catalogue() {
		if !slices.Contains(names, p.Vendor) {
			names = append(names, p.Vendor)
		}
	}
	return names
}

func (s *Server) listVendors(c call) (any, error) {
	return whole(s, c.Request, s.vendors(), func(v string) any { return vendorRow{v, v} })
}

// checkVendor. Guess: check types and answer.
func (s *Server) checkVendor(c call) (any, error) {
	if !slices.Contains(s.vendors(), c.PathValue("vendorId")) {
		return nil, notFound("Vendor " + c.PathValue("vendorId"))
	}
	return map[string]any{"checkType": c.PathValue("checkType"), "result": true}, nil
}

// vendorAccount is a customer's account at a vendor: the place of the tenant id
// that the profile may lack. Guess: all field names.
type vendorAccount struct {
	CustomerNo string `json:"customerNo"`
	VendorID   string `json:"vendorId"`
	TenantID   string `json:"tenantId"`
	Domain     string `json:"domain"`
}

func (s *Server) listVendorAccounts(c call) (any, error) {
	var found []Customer
	for _, k := range s.store.customersOf(c.scope) {
		asked := c.URL.Query().Get("customerNo")
		if k.Company.TenantID != "" && (asked == "" || asked == k.CustomerNo) {
			found = append(found, k)
		}
	}
	return whole(s, c.Request, found, func(k Customer) any {
		return vendorAccount{k.CustomerNo, "Microsoft", k.Company.TenantID, k.Company.Domain}
	})
}

func (s *Server) saveVendorAccount(c call) (any, error) {
	var in vendorAccount
	if err := decodeBody(c, &in); err != nil {
		return nil, err
	}
	if _, ok := s.store.customer(c.scope, in.CustomerNo); !ok {
		return nil, notFound("Customer " + in.CustomerNo)
	}
	err := s.store.changeCustomer(in.CustomerNo, func(k *Customer) error {
		k.Company.TenantID, k.Company.StellrTenant, k.Company.LegacyTenant = in.TenantID, in.TenantID, in.TenantID
		return nil
	})
	return in, err
}

// agreement is a customer's acceptance of a vendor's agreement. Guess: all of it.
type agreement struct {
	CustomerNo    string `json:"customerNo"`
	AgreementType string `json:"agreementType"`
	Accepted      bool   `json:"accepted"`
	AcceptedBy    string `json:"acceptedBy"`
}

func (s *Server) getAgreement(c call) (any, error) {
	k, err := s.customerOf(c)
	if err != nil {
		return nil, err
	}
	return agreement{k.CustomerNo, c.PathValue("agreementType"), true, k.Company.Contact}, nil
}

func (s *Server) acceptAgreement(c call) (any, error) { return s.getAgreement(c) }

// changeCustomer runs a change of one customer under the lock.
func (s *store) changeCustomer(no string, f func(*Customer) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.byNo[no]
	if c == nil {
		return errNotThere("customer " + no)
	}
	return f(c)
}
