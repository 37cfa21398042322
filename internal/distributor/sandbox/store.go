package sandbox

import (
	"cmp"
	"slices"
	"strconv"
	"sync"
	"time"
)

// store is the data set while it is served: both faces read it, the admin face
// and the writes of both faces change it. Every method locks; what it hands out
// is a copy.
type store struct {
	mu         sync.RWMutex
	now        func() time.Time
	options    DataOptions
	products   []Product
	bySKU      map[int]Product
	customers  []*Customer
	byNo       map[string]*Customer
	byLegacy   map[int]*Customer
	subs       map[string]*Subscription
	byLegacyID map[int]*Subscription
	ofCustomer map[string][]*Subscription
	log        map[string][]LogEntry // by contract number, oldest first
	contract   int                   // highest contract number given
	legacyID   int                   // highest legacy subscription id given
}

func newStore(d *Data, now func() time.Time) *store {
	s := &store{now: now}
	s.load(d)
	return s
}

// load replaces everything by a data set as generated.
func (s *store) load(d *Data) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.options, s.products = d.options, d.Products()
	s.bySKU, s.byNo, s.byLegacy = map[int]Product{}, map[string]*Customer{}, map[int]*Customer{}
	s.subs, s.byLegacyID, s.ofCustomer = map[string]*Subscription{}, map[int]*Subscription{},
		map[string][]*Subscription{}
	s.log, s.customers, s.contract, s.legacyID = map[string][]LogEntry{}, nil, 400000, 9000000
	for _, p := range s.products {
		s.bySKU[p.SKU] = p
	}
	for _, c := range d.customers {
		s.addCustomer(c)
	}
	for _, sub := range d.subscriptions {
		s.addSubscription(sub)
	}
	for _, e := range d.log {
		s.log[e.ContractNo] = append(s.log[e.ContractNo], e)
	}
	for _, entries := range s.log {
		slices.SortStableFunc(entries, func(a, b LogEntry) int { return a.At.Compare(b.At) })
	}
}

func (s *store) addCustomer(c Customer) {
	s.customers = append(s.customers, &c)
	s.byNo[c.CustomerNo], s.byLegacy[c.LegacyNo] = &c, &c
}

func (s *store) addSubscription(sub Subscription) {
	sub.windows = slices.Clone(sub.windows)
	s.subs[sub.ID], s.byLegacyID[sub.LegacyID] = &sub, &sub
	s.ofCustomer[sub.CustomerNo] = append(s.ofCustomer[sub.CustomerNo], &sub)
	s.contract, s.legacyID = max(s.contract, atoi(sub.ContractNo)), max(s.legacyID, sub.LegacyID)
}

// scope is what a reseller may see.
type scope struct{ reseller string }

func (sc scope) sees(c *Customer) bool { return c != nil && !c.Gone && c.Reseller == sc.reseller }

// customersOf lists the customers of a reseller.
func (s *store) customersOf(sc scope) []Customer {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var all []Customer
	for _, c := range s.customers {
		if sc.sees(c) {
			all = append(all, *c)
		}
	}
	return all
}

func (s *store) customer(sc scope, no string) (Customer, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if c := s.byNo[no]; sc.sees(c) {
		return *c, true
	}
	return Customer{}, false
}

func (s *store) legacyCustomer(sc scope, no int) (Customer, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if c := s.byLegacy[no]; sc.sees(c) {
		return *c, true
	}
	return Customer{}, false
}

// subscriptionsOf lists a customer's subscriptions as a face knows them.
func (s *store) subscriptionsOf(no, face string) []Subscription {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var all []Subscription
	for _, sub := range s.ofCustomer[no] {
		if sub.on(face) {
			all = append(all, *sub)
		}
	}
	return all
}

// subscription finds one of a customer's subscriptions.
func (s *store) subscription(sc scope, customerNo, id string) (Subscription, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	sub := s.subs[id]
	if sub == nil || !sub.on(faceStellr) || sub.CustomerNo != customerNo || !sc.sees(s.byNo[customerNo]) {
		return Subscription{}, false
	}
	return *sub, true
}

func (s *store) legacySubscription(sc scope, id int) (Subscription, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	sub := s.byLegacyID[id]
	if sub == nil || !sub.on(faceLegacy) || !sc.sees(s.byNo[sub.CustomerNo]) {
		return Subscription{}, false
	}
	return *sub, true
}

func (s *store) product(sku int) Product {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.bySKU[sku]
}

// changes is the change log of a customer, newest first; contract "" is all of them.
func (s *store) changes(customerNo, contract string) []LogEntry {
	s.mu.RLock()
	defer s.mu.RUnlock()
	seen := map[string]bool{}
	var all []LogEntry
	for _, sub := range s.ofCustomer[customerNo] {
		if seen[sub.ContractNo] || contract != "" && contract != sub.ContractNo {
			continue
		}
		seen[sub.ContractNo] = true
		all = append(all, s.log[sub.ContractNo]...)
	}
	slices.SortStableFunc(all, func(a, b LogEntry) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.SubscriptionID, b.SubscriptionID))
	})
	return all
}

// foreign tells whether a customer is another reseller's.
func (s *store) foreign(sc scope, no string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c := s.byNo[no]
	return c != nil && !c.Gone && !sc.sees(c)
}

// endedOf are the subscriptions of some customers that are no more.
func (s *store) endedOf(owners map[string]bool) (all []Subscription) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, c := range s.customers {
		for _, sub := range s.ofCustomer[c.CustomerNo] {
			if owners[c.CustomerNo] && sub.on(faceStellr) && sub.mustBeLive() != nil {
				all = append(all, *sub)
			}
		}
	}
	return all
}

// owner is the customer of a subscription.
func (s *store) owner(id string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if sub := s.subs[id]; sub != nil {
		return sub.CustomerNo
	}
	return ""
}

// newCustomer adds a customer with keys of its own.
func (s *store) newCustomer(reseller string, k Company) Customer {
	s.mu.Lock()
	defer s.mu.Unlock()
	k.CustomerNo, k.LegacyNo = "1200000", 80000
	for _, c := range s.customers {
		k.CustomerNo = strconv.Itoa(max(atoi(k.CustomerNo), atoi(c.CustomerNo)+7))
		k.LegacyNo = max(k.LegacyNo, c.LegacyNo+11)
	}
	c := Customer{CustomerNo: k.CustomerNo, LegacyNo: k.LegacyNo, Reseller: reseller, Status: ptr("Active"),
		Company: k}
	s.addCustomer(c)
	return c
}

// foreignLegacy is foreign by the legacy key.
func (s *store) foreignLegacy(sc scope, no int) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c := s.byLegacy[no]
	return c != nil && !c.Gone && !sc.sees(c)
}
