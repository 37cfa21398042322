package bulk

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"seatledger/internal/auth"
	"seatledger/internal/contract"
	"seatledger/internal/mapping"
	"seatledger/internal/retire"
	"seatledger/internal/review"
	"seatledger/internal/selection"
	"seatledger/internal/subscription"
	"seatledger/views/ui"
	"seatledger/web/httpx"
)

// words are what the screens say of a deed.
type words struct {
	roles     []auth.Role
	verb      string // "Sign off"
	did       string // "signed off", of records
	undid     string // what its undo has done to them
	one, many string // what its records are called
	nav, path string // their list; a record's page is below it
	text      string // what it means
	back      string // what its undo does
	seats     string // what the seats are
	money     string // what the money is, given the params
	phrase    bool   // a person types it first
	// again are the fields that make another preview, and last those that do not.
	again, last func(selection.Params) []ui.Field
	// first is what is tried where nothing was typed yet.
	first selection.Params
	// options are the choices of fields that stand in the database.
	options func(ctx context.Context, db *gorm.DB) (map[string][]ui.Option, error)
}

func (w words) count(n int) string {
	if n == 1 {
		return "1 " + w.one
	}
	return fmt.Sprintf("%s %s", httpx.Number(n), w.many)
}

const nothingIsSent = "Nothing is sent to the distributor: there they go on, and so does its invoice to you, until " +
	"you end them there."

var subscriptionWords = words{roles: []auth.Role{auth.Billing}, one: "subscription", many: "subscriptions",
	nav: "Subscriptions", path: "/subscriptions"}

var deeds = map[string]words{
	review.SignOffDeed:    signOffWords(),
	retire.DeactivateDeed: deactivateWords(),
	retire.ActivateDeed:   activateWords(),
	mapping.AcceptDeed:    acceptWords(),
	mapping.ExcludeDeed:   excludeWords(),
	contract.MakeDeed:     makeWords(),
	contract.EditDeed:     editWords(),

	subscription.ContractDeed:  contractWords(),
	subscription.GoneDeed:      goneWords(),
	subscription.ListPriceDeed: listPriceWords(),
	subscription.PriceDeed:     priceWords(),
}

func signOffWords() words {
	w := subscriptionWords
	w.verb, w.did, w.undid = "Sign off", "signed off", "taken back"
	w.text = "Your name goes under customer, contract and pricing of each as they stand now. " +
		"Those that fail are left out; those signed before stay as they are."
	w.back = "The signatures are taken back, as though they had not been given. One that has lapsed since, or that an " +
		"invoice stands on, is kept, and the reason is told."
	w.seats, w.money = "Seats", "Price per month"
	w.last = note
	return w
}

func deactivateWords() words {
	w := subscriptionWords
	w.verb, w.did, w.undid = "Deactivate", "deactivated", "active again"
	w.text = nothingIsSent
	w.back = "They go on from the day on which they ended. Signatures that have lapsed are to be given again. What was " +
		"changed since is kept as it is, and the reason is told."
	w.seats, w.money, w.phrase = "Seats that end", "Billed days from then on: kept with No refund, credited with Apply refund", true
	w.again = func(p selection.Params) []ui.Field {
		return []ui.Field{
			{Kind: ui.RadioGroup, Name: "refund", Label: "Refund", Value: or(p["refund"], "no"),
				Hint: "Where a contract gives no refunds, Apply refund leaves its subscriptions out.",
				Options: []ui.Option{
					{Value: "no", Label: "No refund",
						Hint: "What was billed already of days from then on is kept, and never credited."},
					{Value: "yes", Label: "Apply refund", Hint: "It becomes a prorated credit on the next invoice."}}},
			dayField(p, "First day without seats")}
	}
	w.last = note
	return w
}

func activateWords() words {
	w := subscriptionWords
	w.verb, w.did, w.undid = "Activate", "activated", "ended again"
	w.text = "Their seats count and are billed again. Nothing is sent to the distributor."
	w.back = "They end again on the day on which they went on, as they had ended before. What was changed since is kept " +
		"as it is, and the reason is told."
	w.seats, w.money = "Seats that come back", "Charged for days that are billed already"
	w.again = func(p selection.Params) []ui.Field { return []ui.Field{dayField(p, "First day with seats again")} }
	w.last = note
	return w
}

var accountWords = words{roles: []auth.Role{auth.Operator}, one: "account", many: "accounts",
	nav: "Mapping", path: "/accounts", seats: "Seats", money: "Cost per month concerned",
	back: "Every account stands as before, with its subscriptions, holds and ledger. What somebody has decided about " +
		"since, or what stands on a live invoice, is kept, and the reason is told."}

func acceptWords() words {
	w := accountWords
	w.verb, w.did, w.undid = "Map", "mapped", "taken back"
	w.text = "Each account is mapped to the CRM account beside it, and its subscriptions follow."
	return w
}

func excludeWords() words {
	w := accountWords
	w.verb, w.did, w.undid = "Exclude", "excluded", "taken back"
	w.text = "An excluded account is nobody's customer. Its subscriptions still sync, lose contract and sign-off and are " +
		"held; they are listed under cost without a customer."
	w.last = func(p selection.Params) []ui.Field {
		return []ui.Field{{Name: "reason", Label: "Reason", Required: true, Value: p["reason"],
			Hint: "Such as: our own tenant, a test customer, billed by a partner."}}
	}
	return w
}

func dayField(p selection.Params, label string) ui.Field {
	return ui.Field{Kind: ui.DateInput, Name: "effective_at", Label: label, Value: p["effective_at"], Size: ui.Short,
		Hint: "Blank: today."}
}

func note(p selection.Params) []ui.Field {
	return []ui.Field{{Name: "note", Label: "Note", Value: p["note"], Size: ui.Medium}}
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
