package billing

import (
	"errors"

	"github.com/google/uuid"
)

// Reason is why a run leaves a subscription out (RULES 7 and 8).
type Reason string

// The reasons, in the order in which they are looked for.
const (
	Usage       Reason = "usage"
	NoContract  Reason = "no_contract"
	Held        Reason = "held"
	NotSigned   Reason = "not_signed"
	Failing     Reason = "review"
	Reviewing   Reason = "reviewing"
	NoPrice     Reason = "no_price"
	OtherMoney  Reason = "currency"
	OddPeriod   Reason = "price_period"
	notLeftOut  Reason = ""
	heldBecause        = "It is held: "
)

var holds = map[string]string{
	"unmapped": "its account is not mapped to a customer.", "excluded": "its account is excluded.", "pending": "it is pending at the distributor.",
	"twin": "a person must say first whether it is another provider's subscription again.", "cutover": "a cut-over holds it until its switch.",
}

// stops tells why a subscription is not billed in a contract, in a sentence; empty when it is.
func (c candidate) stops(contract uuid.UUID, reckoning error) (Reason, string) {
	switch failures := c.failures(); {
	case c.Kind == "usage":
		return Usage, "Usage is billed elsewhere."
	case c.ContractID.UUID != contract:
		return NoContract, "It stands in no contract."
	case c.State == "held":
		return Held, heldBecause + holds[c.HoldReason]
	case !c.SignedOnce:
		return NotSigned, "Nobody has signed it off under this contract yet."
	case c.Queued:
		return Reviewing, "Its review is being made again. Run again in a moment."
	case c.State == "active" && len(failures) > 0:
		return Failing, failures[0]
	}
	return unreckoned(reckoning)
}

func unreckoned(err error) (Reason, string) {
	switch {
	case errors.Is(err, ErrNoPrice):
		return NoPrice, "It has no price."
	case errors.Is(err, ErrCurrency):
		return OtherMoney, "Its price is in another currency than the contract."
	case err != nil:
		return OddPeriod, "The period of its price does not fit: what goes on needs a price per month, quarter, year or three years, a purchase one for once."
	}
	return notLeftOut, ""
}
