package oracle

import "math/big"

// The wrong turns that campaigns must come upon. The product plants the same ones
// under the build tag faults; here they stand in the model, so that it can be seen
// without the product how soon campaigns meet each.
const (
	CapByPaidNow     = "cap_by_paid_now"
	GoodwillInSum    = "goodwill_in_sum"
	OutsideInMoney   = "outside_in_money"
	PriceCutOff      = "price_cut_off"
	LandingFirst     = "landing_first_day"
	RewrittenLast    = "rewritten_last"
	CreditedStands   = "credited_stands"
	HalfEven         = "half_even"
	NewContractMonth = "new_contract_months"
	RefundWhenBilled = "refund_when_billed"
)

// Faults are the names of all of them.
func Faults() []string {
	return []string{CapByPaidNow, GoodwillInSum, OutsideInMoney, PriceCutOff, LandingFirst, RewrittenLast,
		CreditedStands, HalfEven, NewContractMonth, RefundWhenBilled}
}

// months is the billing day whose contract months a day of a contract is worth by.
func (s *Subscription) months(c *Contract) int {
	if s.m.mutant == NewContractMonth {
		return s.Now().BillingDay
	}
	return c.BillingDay
}

// cutOff is the price of a day where rows from the end of the run on are dropped
// first, and what is then not known is taken to be the price of today.
func (s *Subscription) cutOff(d, end Day) *big.Rat {
	var last *PriceRow
	known := false
	for _, p := range s.Prices {
		if p.Aside || p.Currency != s.contractOn(d).Currency || p.Product != s.ProductOn(d) {
			continue
		}
		if last == nil || p.On >= last.On {
			last = p
		}
		known = known || p.On < end && p.On > s.FirstDay()
	}
	if last == nil || known || last.On < end {
		return s.PriceOn(d)
	}
	return last.PerMonth
}

// halfEven rounds halves to the even digit.
func halfEven(r *big.Rat, places int) *big.Rat {
	up := Rounded(r, places)
	scale := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil))
	twice := new(big.Rat).Mul(new(big.Rat).Mul(r, scale), big.NewRat(2, 1))
	digits := new(big.Rat).Mul(up, scale)
	if !twice.IsInt() || twice.Num().Bit(0) == 0 || digits.Num().Bit(0) == 0 {
		return up
	}
	unit := new(big.Rat).Inv(scale)
	if r.Sign() < 0 {
		unit.Neg(unit)
	}
	return up.Sub(up, unit)
}
