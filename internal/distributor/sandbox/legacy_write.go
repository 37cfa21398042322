package sandbox

func legacyOutcome(err error) any {
	if err != nil {
		return legacyFailure(err.Error())
	}
	return legacyResult{"success", ""}
}

// legacyOrder buys one subscription per line.
func (s *Server) legacyOrder(c legacyCall) any {
	owner, ok := s.store.legacyCustomer(c.scope, c.in.EndUser.number())
	if !ok {
		return legacyFailure("No such customer.")
	}
	if len(c.in.LineItems) == 0 {
		return legacyFailure("line_items is empty.")
	}
	for _, line := range c.in.LineItems {
		if line.Quantity.number() < 1 || s.store.product(line.SKU.number()).SKU == 0 {
			return legacyFailure("Every line needs a known snx_sku_no and a quantity above 0.")
		}
	}
	for _, line := range c.in.LineItems {
		if _, err := s.store.buy(purchase{
			customerNo: owner.CustomerNo, sku: line.SKU.number(), quantity: line.Quantity.number(),
			po: c.in.PurchaseOrder, actor: apiActor(c.scope),
		}); err != nil {
			return legacyOutcome(err)
		}
	}
	return legacyOutcome(nil)
}

// legacySeats sets the total of seats.
func (s *Server) legacySeats(c legacyCall) any {
	sub, ok := s.store.legacySubscription(c.scope, c.in.SubscriptionID.number())
	if !ok {
		return legacyFailure("No such subscription.")
	}
	return legacyOutcome(s.store.changeSeats(sub.ID, c.in.NewQuantity.number(), apiActor(c.scope)))
}

func (s *Server) legacyCancel(c legacyCall) any {
	sub, ok := s.store.legacySubscription(c.scope, c.in.SubscriptionID.number())
	if !ok {
		return legacyFailure("No such subscription.")
	}
	return legacyOutcome(s.store.cancel(sub.ID, apiActor(c.scope)))
}
