package billing

import (
	"seatledger/internal/errs"
	"seatledger/internal/review"
)

// Why a run leaves days out, besides what keeps a subscription from being billed (RULES 7).
const (
	NoPrice    review.Reason = "no_price"
	OtherMoney review.Reason = "currency"
	OddPeriod  review.Reason = "price_period"
	TooMuch    review.Reason = "too_much"
)

// waiting says in a sentence why days from one on wait.
func waiting(why review.Reason, from string) string {
	switch why {
	case NoPrice:
		return "It has no price from " + from + " on. Days before are billed."
	case OtherMoney:
		return "From " + from + " on its price is in another currency than the contract. Days before are billed."
	}
	return "From " + from + " on the period of its price does not fit: what goes on needs a price per month, " +
		"quarter, year or three years, a purchase one for once."
}

// errTooMuch refuses an amount beyond what a line or an invoice may have.
func errTooMuch(what string) error {
	return errs.Newf(errs.Conflict,
		"%s is over the limit of %s for one invoice. Correct its seats or price first; nothing was billed.",
		what, highest)
}
