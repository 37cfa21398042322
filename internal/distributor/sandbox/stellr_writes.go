package sandbox

import (
	"encoding/json"
	"strconv"
	"strings"
)

// writeBody is what writes read. The bodies are not public; these are the names
// that documents mention. Guess: all of it but quantity, which is the resulting total.
type writeBody struct {
	Quantity      text   `json:"quantity"`
	ProductID     text   `json:"productId"`
	SKU           text   `json:"skuNo"`
	PartNumber    string `json:"mfgPartNo"`
	PurchaseOrder string `json:"resellerPoNo"`
	Decision      string `json:"decision"`
	Subscription  string `json:"subscriptionId"`
	Target        text   `json:"targetCustomerNo"`
}

// write runs one of the POSTs under a subscription.
func (s *Server) write(c call) (any, error) {
	action := c.PathValue("write")
	run := map[string]func(call, Subscription, writeBody) error{
		"changeSeats": s.writeSeats, "cancel": s.writeCancel, "suspend": s.writeSuspend,
		"activate": s.writeActivate, "reactive": s.writeActivate, "addOn": s.writeAddOn,
		"upgrade": s.writePlan, "downgrade": s.writePlan, "changePlan": s.writePlan,
	}[action]
	if run == nil {
		return nil, noSuchPath(c.Request)
	}
	sub, err := s.subscriptionOf(c)
	if err != nil {
		return nil, err
	}
	var in writeBody
	if err := decodeBody(c, &in); err != nil {
		return nil, err
	}
	if s.behave().OperationOutcome != "vendor_failed" {
		if err := run(c, sub, in); err != nil {
			return nil, err
		}
	}
	return s.accepted(c, action, sub.ID), nil
}

func (s *Server) accepted(c call, action, id string) operation {
	return s.operations.begin(operation{SubscriptionID: id, Action: action, outcome: s.behave().OperationOutcome,
		owner: c.scope.reseller})
}

func (s *Server) writeSeats(c call, sub Subscription, in writeBody) error {
	total, err := wholeNumber(in.Quantity)
	if err != nil {
		return err
	}
	return s.store.changeSeats(sub.ID, total, apiActor(c.scope))
}

// wholeNumber refuses fractions, which are no seats.
func wholeNumber(t text) (int, error) {
	n, err := strconv.Atoi(string(t))
	if err != nil {
		return 0, badRequest("quantity must be a whole number: the resulting total of seats.")
	}
	return n, nil
}

func (s *Server) writeCancel(c call, sub Subscription, _ writeBody) error {
	return s.store.cancel(sub.ID, apiActor(c.scope))
}

func (s *Server) writeSuspend(c call, sub Subscription, _ writeBody) error {
	return s.store.suspend(sub.ID, apiActor(c.scope))
}

func (s *Server) writeActivate(c call, sub Subscription, _ writeBody) error {
	return s.store.activate(sub.ID, apiActor(c.scope))
}

func (s *Server) writePlan(c call, sub Subscription, in writeBody) error {
	return s.store.changePlan(sub.ID, s.skuOf(in), apiActor(c.scope))
}

// writeAddOn adds a line to the same contract.
func (s *Server) writeAddOn(c call, sub Subscription, in writeBody) error {
	_, err := s.buy(c, in, sub.ContractNo)
	return err
}

func (s *Server) buy(c call, in writeBody, contract string) (Subscription, error) {
	n, err := wholeNumber(in.Quantity)
	if err != nil {
		return Subscription{}, err
	}
	if n < 1 {
		return Subscription{}, badRequest("quantity must be at least 1.")
	}
	return s.store.buy(purchase{
		customerNo: c.PathValue("customerNo"), contractNo: contract, sku: s.skuOf(in),
		quantity: n, po: in.PurchaseOrder, actor: apiActor(c.scope),
	})
}

// skuOf finds the product by whichever key was sent.
func (s *Server) skuOf(in writeBody) int {
	for _, p := range s.store.catalogue() {
		switch {
		case in.SKU != "" && strconv.Itoa(p.SKU) == string(in.SKU),
			in.SKU == "" && in.PartNumber != "" && p.PartNumber == in.PartNumber,
			in.SKU == "" && in.PartNumber == "" && p.ProductID == string(in.ProductID):
			return p.SKU
		}
	}
	return 0
}

// created is the answer of a new subscription. Guess: its fields.
type created struct {
	operation
	SubscriptionIDs []string `json:"subscriptionIds"`
}

// createSubscriptions takes one order, a list of orders, or a list under "subscriptions".
func (s *Server) createSubscriptions(c call) (any, error) {
	if _, err := s.customerOf(c); err != nil {
		return nil, err
	}
	orders, err := readOrders(exchangeOf(c.Request).body)
	if err != nil {
		return nil, err
	}
	var ids []string
	outcome := s.behave().OperationOutcome
	for _, in := range orders {
		if outcome == "vendor_failed" {
			break
		}
		sub, err := s.buy(c, in, "")
		if err != nil {
			return nil, err
		}
		if outcome == "orphan" {
			if err := s.store.orphan(sub.ID); err != nil {
				return nil, err
			}
		}
		ids = append(ids, sub.ID)
	}
	op := s.accepted(c, "create", strings.Join(ids, ","))
	return created{op, ids}, nil
}

func readOrders(body []byte) ([]writeBody, error) {
	var many []writeBody
	if json.Unmarshal(body, &many) == nil && len(many) > 0 {
		return many, nil
	}
	var one struct {
		writeBody
		Subscriptions []writeBody `json:"subscriptions"`
	}
	if err := json.Unmarshal(body, &one); err != nil {
		return nil, badRequest("The request body is not the JSON that was expected.")
	}
	if len(one.Subscriptions) > 0 {
		return one.Subscriptions, nil
	}
	return []writeBody{one.writeBody}, nil
}

// transfer moves a subscription to another customer of the reseller. Guess: all of it.
func (s *Server) transfer(c call) (any, error) {
	var in writeBody
	if err := decodeBody(c, &in); err != nil {
		return nil, err
	}
	if _, ok := s.store.subscription(c.scope, c.PathValue("customerNo"), in.Subscription); !ok {
		return nil, notFound("Subscription " + in.Subscription)
	}
	if _, ok := s.store.customer(c.scope, string(in.Target)); !ok {
		return nil, notFound("Customer " + string(in.Target))
	}
	if err := s.store.move(in.Subscription, string(in.Target)); err != nil {
		return nil, err
	}
	return s.accepted(c, "transfer", in.Subscription), nil
}

// renewalOptions says what renew/setting may choose. Guess: the names; that it is
// the place of the auto-renew decision is known.
type renewalOptions struct {
	SubscriptionID string   `json:"subscriptionId"`
	Decision       string   `json:"decision"` // ACCEPT or REJECT
	RenewalDate    string   `json:"renewalDate,omitempty"`
	NewPlans       []any    `json:"newPlans"`
	CotermDates    []string `json:"cotermDates"`
}

func (s *Server) renewOptions(c call) (any, error) {
	sub, err := s.subscriptionOf(c)
	if err != nil {
		return nil, err
	}
	decision := "REJECT"
	if sub.AutoRenew {
		decision = "ACCEPT"
	}
	return renewalOptions{sub.ID, decision, isoDate(sub.End), rows(s.plansBeside(sub), newProductRow), []string{}}, nil
}

func (s *Server) renewSetting(c call) (any, error) {
	sub, err := s.subscriptionOf(c)
	if err != nil {
		return nil, err
	}
	var in writeBody
	if err := decodeBody(c, &in); err != nil {
		return nil, err
	}
	decision := strings.ToUpper(in.Decision)
	if decision != "ACCEPT" && decision != "REJECT" {
		return nil, badRequest("decision must be ACCEPT or REJECT.")
	}
	if err := s.store.setRenewal(sub.ID, decision == "ACCEPT", apiActor(c.scope)); err != nil {
		return nil, err
	}
	return s.accepted(c, "renew/setting", sub.ID), nil
}

// orphan leaves an order recorded here and absent at the vendor.
func (s *store) orphan(id string) error {
	return s.change(id, func(sub *Subscription) error {
		sub.VendorSubscriptionID, sub.Status = "", ptr("Pending")
		return nil
	})
}
