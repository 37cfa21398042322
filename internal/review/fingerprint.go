package review

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"seatledger/internal/money"
	"seatledger/internal/subscription"
)

// Ground is what a signature stands on (RULES 7): when any of it changes, the
// signature lapses. The quantity is not among it.
type Ground struct {
	Customer  string `json:"customer"`
	Contract  string `json:"contract"`
	Product   string `json:"product"`
	Term      string `json:"term"`
	Frequency string `json:"frequency"`
	Currency  string `json:"currency"`
	Price     string `json:"price"`
	Cost      string `json:"cost"`
	State     string `json:"state"`
	// Ids under the names, which may be renamed without anything having changed.
	CustomerID string `json:"customer_id"`
	ContractID string `json:"contract_id"`
	ProductID  string `json:"product_id"`
}

// GroundOf takes the ground of a signature from the facts.
func GroundOf(f Facts) Ground {
	g := Ground{
		Customer: f.CRMAccount, Contract: f.Contract, Product: f.ProductName, Term: known(string(f.Term), f.TermText),
		Frequency: known(string(f.BillingFrequency), f.BillingFrequencyText),
		Currency:  f.Currency, Price: "none", Cost: "none", State: string(f.State),
		CustomerID: f.CRMAccountID.UUID.String(), ContractID: f.ContractID.UUID.String(),
		ProductID: f.ProductID.UUID.String(),
	}
	if f.HoldReason == subscription.HoldCutover {
		g.State = string(subscription.Active) // signed before its switch, for what it is from then on (RULES 9)
	}
	if f.cameToItsEnd() {
		g.State = "active" // signed for what it was until the end that was known then
	}
	if f.UnitPrice.Valid {
		g.Price = money.Plain(f.UnitPrice.Decimal) + " " + f.Currency + " per " + word(f.PricePeriod)
	}
	if f.UnitCost.Valid {
		g.Cost = money.Plain(f.UnitCost.Decimal) + " " + f.CostCurrency + " per " + word(f.CostPeriod)
	}
	return g
}

// known is our word; where there is none, the distributor's, so that a change of it shows.
func known(word, text string) string {
	if word == "unknown" && text != "" {
		return fmt.Sprintf("unknown (%q)", text)
	}
	return word
}

// Fingerprint names a ground by what decides, not by names that may be reworded.
func (g Ground) Fingerprint() string {
	g.Customer, g.Contract, g.Product = "", "", ""
	b, _ := json.Marshal(g) // strings alone: it cannot fail
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

// Changes says in words what differs between what was signed and what stands now.
func (g Ground) Changes(now Ground) string {
	var out []string
	note := func(what, was, is string, differs bool) {
		if differs {
			out = append(out, fmt.Sprintf("%s changed from %s to %s", what, orNone(was), orNone(is)))
		}
	}
	note("customer", g.Customer, now.Customer, g.CustomerID != now.CustomerID)
	note("contract", g.Contract, now.Contract, g.ContractID != now.ContractID)
	note("product", g.Product, now.Product, g.ProductID != now.ProductID)
	note("term", g.Term, now.Term, g.Term != now.Term)
	note("billing frequency", g.Frequency, now.Frequency, g.Frequency != now.Frequency)
	note("currency", g.Currency, now.Currency, g.Currency != now.Currency)
	note("price", g.Price, now.Price, g.Price != now.Price)
	note("cost", g.Cost, now.Cost, g.Cost != now.Cost)
	note("state", g.State, now.State, g.State != now.State)
	if len(out) == 0 {
		return "what a signature stands on is recorded in another way now"
	}
	return strings.Join(out, "; ")
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
