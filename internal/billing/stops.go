package billing

import (
	"errors"

	"github.com/google/uuid"

	"seatledger/internal/errs"
)

// Reason is why a run leaves a subscription out, or some of its days (RULES 7 and 8).
type Reason string

// The reasons, in the order in which they are looked for.
const (
	Usage       Reason = "usage"
	NoContract  Reason = "no_contract"
	Held        Reason = "held"
	NotSigned   Reason = "not_signed"
	Failing     Reason = "review"
	Reviewing   Reason = "reviewing"
	PriceWaits  Reason = "price_waits"
	NoPrice     Reason = "no_price"
	OtherMoney  Reason = "currency"
	OddPeriod   Reason = "price_period"
	TooMuch     Reason = "too_much"
	notLeftOut  Reason = ""
	heldBecause        = "It is held: "
)

// Why days cannot be reckoned.
var (
	ErrNoPrice  = errors.New("billing: a day has no price")
	ErrCurrency = errors.New("billing: a price in another currency")
	ErrPeriod   = errors.New("billing: the price's period does not fit")
)

var holds = map[string]string{
	"unmapped": "its account is not mapped to a customer.", "excluded": "its account is excluded.",
	"pending": "it is pending at the distributor.",
	"twin":    "a person must say first whether it is there twice.", "cutover": "a cut-over holds it until its switch.",
}

// stops tells why a subscription is not billed in a contract, in a sentence; empty when it is.
func (c candidate) stops(contract uuid.UUID) (Reason, string) {
	here := c.ContractID.UUID == contract
	switch failures := c.failures(); {
	case c.Kind == "usage":
		return Usage, "Usage is billed elsewhere."
	case !here && !c.WasHere:
		return NoContract, "It stands in no contract."
	case c.State == "held":
		return Held, heldBecause + holds[c.HoldReason]
	case !c.SignedOnce:
		return NotSigned, "Nobody has signed it off under this contract yet."
	case c.Queued:
		return Reviewing, "Its review is being made again. Run again in a moment."
	case here && c.State == "active" && len(failures) > 0:
		return Failing, failures[0]
	case c.PriceWaits:
		return PriceWaits, "A cut-over changed its price, and nobody has acknowledged that yet."
	}
	return notLeftOut, ""
}

// unreckoned says why days wait.
func unreckoned(reckoning error, from string) (Reason, string) {
	switch {
	case errors.Is(reckoning, ErrNoPrice):
		return NoPrice, "It has no price from " + from + " on. Days before are billed."
	case errors.Is(reckoning, ErrCurrency):
		return OtherMoney, "From " + from +
			" on its price is in another currency than the contract. Days before are billed."
	case reckoning != nil:
		return OddPeriod, "From " + from +
			" on the period of its price does not fit: what goes on needs a price per month, quarter, year or three " +
			"years, a purchase one for once."
	}
	return notLeftOut, ""
}

// errTooMuch refuses an amount beyond what a line or an invoice may have.
func errTooMuch(what string) error {
	return errs.Newf(errs.Conflict,
		"%s is over the limit of %s for one invoice. Correct its seats or price first; nothing was billed.",
		what, highest)
}
