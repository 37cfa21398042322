package sandbox

import (
	"net/http"
	"strings"
	"time"
)

func (s *Server) adminCustomers(r *http.Request) (any, error) {
	q := strings.ToLower(r.URL.Query().Get("q"))
	found := []Customer{}
	for _, c := range s.Customers() {
		if strings.Contains(strings.ToLower(c.CustomerNo+" "+c.Company.Name+" "+c.Company.StellrName), q) {
			found = append(found, c)
		}
	}
	return found, nil
}

// adminSubscriptions lists by customer and by text of the product.
func (s *Server) adminSubscriptions(r *http.Request) (any, error) {
	customer, q := r.URL.Query().Get("customer"), strings.ToLower(r.URL.Query().Get("q"))
	found := []Subscription{}
	for _, sub := range s.Subscriptions() {
		if (customer == "" || customer == sub.CustomerNo) &&
			strings.Contains(strings.ToLower(sub.ID+" "+s.store.product(sub.SKU).Name), q) {
			found = append(found, sub)
		}
	}
	return found, nil
}

func (s *Server) adminProducts(*http.Request) (any, error) { return s.store.catalogue(), nil }

func (s *Server) adminAddCustomer(r *http.Request) (any, error) {
	var in NewCustomer
	if err := decodeAdmin(r, &in); err != nil {
		return nil, err
	}
	return s.AddCustomer(in)
}

func (s *Server) adminChangeCustomer(r *http.Request) (any, error) {
	var in CustomerChange
	if err := decodeAdmin(r, &in); err != nil {
		return nil, err
	}
	return done{true}, s.ChangeCustomer(r.PathValue("id"), in)
}

func (s *Server) adminRemoveCustomer(r *http.Request) (any, error) {
	return done{true}, s.SetCustomerGone(r.PathValue("id"), true)
}

func (s *Server) adminRestoreCustomer(r *http.Request) (any, error) {
	return done{true}, s.SetCustomerGone(r.PathValue("id"), false)
}

func (s *Server) adminAddSubscription(r *http.Request) (any, error) {
	var in NewSubscription
	if err := decodeAdmin(r, &in); err != nil {
		return nil, err
	}
	return s.AddSubscription(in)
}

func (s *Server) adminChangeSubscription(r *http.Request) (any, error) {
	var in SubscriptionChange
	if err := decodeAdmin(r, &in); err != nil {
		return nil, err
	}
	return done{true}, s.ChangeSubscription(r.PathValue("id"), in)
}

func (s *Server) adminRemoveSubscription(r *http.Request) (any, error) {
	return done{true}, s.SetSubscriptionGone(r.PathValue("id"), true)
}

func (s *Server) adminRestoreSubscription(r *http.Request) (any, error) {
	return done{true}, s.SetSubscriptionGone(r.PathValue("id"), false)
}

func (s *Server) adminMoveSubscription(r *http.Request) (any, error) {
	var in struct {
		CustomerNo string `json:"customer_no"`
	}
	if err := decodeAdmin(r, &in); err != nil {
		return nil, err
	}
	return done{true}, s.MoveSubscription(r.PathValue("id"), in.CustomerNo)
}

// adminAddLog writes a line of any text and time, without changing anything.
func (s *Server) adminAddLog(r *http.Request) (any, error) {
	var in struct {
		Text string    `json:"text"`
		At   time.Time `json:"at"`
	}
	if err := decodeAdmin(r, &in); err != nil {
		return nil, err
	}
	return done{true}, s.store.change(r.PathValue("id"), func(sub *Subscription) error {
		s.store.note(sub, in.Text, adminActor())
		if entries := s.store.log[sub.ContractNo]; !in.At.IsZero() {
			entries[len(entries)-1].At = in.At
		}
		return nil
	})
}

func (s *Server) adminLog(r *http.Request) (any, error) {
	id := r.PathValue("id")
	found := []LogEntry{}
	contract, _, _ := strings.Cut(id, "_")
	for _, e := range s.store.changes(s.store.owner(id), contract) {
		if e.SubscriptionID == id {
			found = append(found, e)
		}
	}
	return found, nil
}
