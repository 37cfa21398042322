package plan

import (
	"time"

	"github.com/shopspring/decimal"
)

// Same tells whether two rows store the same: amounts by value, all else as it is
// written. When the record was read, and under which request, does not count.
func (s Subscription) Same(o Subscription) bool {
	return s.comparable() == o.comparable()
}

// comparable is the row with its amounts in one spelling and without what a mere reading changes.
func (s Subscription) comparable() comparableRow {
	c := comparableRow{
		cost: spelled(s.UnitCost), suggested: spelled(s.SuggestedPrice), price: spelled(s.UnitPrice), frozen: -1,
		confirmed: s.MissingConfirmedAt != nil, row: s,
	}
	if s.FrozenQuantity != nil {
		c.frozen = *s.FrozenQuantity
	}
	r := &c.row
	r.UnitCost, r.SuggestedPrice, r.UnitPrice = decimal.NullDecimal{}, decimal.NullDecimal{}, decimal.NullDecimal{}
	r.FrozenQuantity, r.MissingConfirmedAt = nil, nil
	r.RequestID, r.Raw, r.LedgerQuantity, r.Version, r.WrittenAt = "", "", 0, 0, time.Time{}
	r.FactsAt, r.FirstSeenAt, r.LogKnown, r.LogSeen = time.Time{}, time.Time{}, false, ""
	return c
}

type comparableRow struct {
	row                    Subscription
	cost, suggested, price string
	frozen                 int
	confirmed              bool
}

func spelled(d decimal.NullDecimal) string {
	if !d.Valid {
		return ""
	}
	return d.Decimal.String()
}
