package bulk

import (
	"context"

	"gorm.io/gorm"

	"seatledger/internal/auth"
	"seatledger/internal/contract"
	"seatledger/internal/difference"
	"seatledger/internal/invoice"
	"seatledger/internal/mapping"
	"seatledger/internal/retire"
	"seatledger/internal/review"
	"seatledger/internal/selection"
	"seatledger/internal/subscription"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/at"
)

// wording are what the screens say of a deed.
type wording struct {
	roles     []auth.Role
	verb      string // "Sign off"
	did       string // "signed off", of records
	undid     string // what its undo has done to them
	one, many string // what its records are called
	nav, path string // their list; a record's page is below it
	text      string // what it means
	back      string // what its undo does
	final     bool   // it has none, and back says what to do instead
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

// called is the deed with what it is done to.
func (w wording) called() string { return w.verb + " " + w.many }

func (w wording) count(n int) string { return words.Counted(n, w.one, w.many) }

const nothingIsSent = "Nothing is sent to the distributor: there they go on, and so does its invoice to you, until " +
	"you end them there."

var subscriptionWords = wording{roles: []auth.Role{auth.Billing}, one: "subscription", many: "subscriptions",
	nav: "Subscriptions", path: at.Subscriptions}

var deeds = map[string]wording{
	review.SignOffDeed:    signOffWords(),
	retire.DeactivateDeed: deactivateWords(),
	retire.ActivateDeed:   activateWords(),
	mapping.AcceptDeed:    acceptWords(),
	mapping.ExcludeDeed:   excludeWords(),
	invoice.BillDeed:      billWords(),
	invoice.PayDeed:       payWords(),
	invoice.CreditDeed:    creditWords(),
	invoice.VoidDeed:      voidWords(),
	contract.MakeDeed:     makeWords(),
	contract.EditDeed:     editWords(),

	difference.DismissDeed: dismissWords(),
	difference.DisputeDeed: disputeWords(),
	difference.BillDeed:    billDifferencesWords(),
	difference.AcceptDeed:  acceptDifferencesWords(),

	subscription.ContractDeed:  contractWords(),
	subscription.GoneDeed:      goneWords(),
	subscription.ListPriceDeed: listPriceWords(),
	subscription.PriceDeed:     priceWords(),
}

func signOffWords() wording {
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

func deactivateWords() wording {
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

func activateWords() wording {
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

var accountWords = wording{roles: []auth.Role{auth.Operator}, one: "account", many: "accounts",
	nav: "Mapping", path: at.Accounts, seats: "Seats", money: "Cost per month concerned",
	back: "Every account stands as before, with its subscriptions, holds and ledger. What somebody has decided about " +
		"since, or what stands on a live invoice, is kept, and the reason is told."}

func acceptWords() wording {
	w := accountWords
	w.verb, w.did, w.undid = "Map", "mapped", "taken back"
	w.text = "Each account is mapped to the CRM account beside it, and its subscriptions follow."
	return w
}

func excludeWords() wording {
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

var invoiceWords = wording{roles: []auth.Role{auth.Billing}, one: "invoice", many: "invoices", nav: "Invoices",
	path: at.Invoices}

func billWords() wording {
	w := invoiceWords
	w.verb, w.did, w.final = "Bill", "billed", true
	w.text = "Each draft gets its number and its document, which stay for good; credit notes too."
	w.back = "A number that was given stays. Void the invoice, or correct it by a credit. Nothing was changed."
	w.money = "Billed"
	return w
}

func payWords() wording {
	w := invoiceWords
	w.verb, w.did, w.undid = "Mark as paid", "paid", "open again"
	w.text = "What is open of each is noted as paid. What shares a document is paid with it."
	w.back = "Their payments are taken back, and they are open again."
	w.money = "Open"
	w.again = func(p selection.Params) []ui.Field {
		return []ui.Field{{Kind: ui.DateInput, Name: "paid_on", Label: "Paid on", Value: p["paid_on"], Size: ui.Short,
			Hint: "Blank: today."},
			{Name: "amount", Label: "Amount", Value: p["amount"], Size: ui.Short,
				Hint: "A part of one invoice. Blank: all that is open."}}
	}
	w.last = note
	return w
}

func creditWords() wording {
	w := invoiceWords
	w.verb, w.did, w.undid = "Credit", "credited", "taken back"
	w.text = "A credit note is drafted for each, over all that credits have left of its lines. Bill them to give them " +
		"numbers."
	w.back = "The credit notes are voided while they are drafts. One that is billed is kept, and the reason is told."
	w.money = "Credited"
	w.last = func(p selection.Params) []ui.Field {
		return []ui.Field{{Kind: ui.RadioGroup, Name: "again", Label: "What it means", Required: true,
			Value: p["again"],
			Options: []ui.Option{{Value: "yes", Label: "To be billed again",
				Hint: "The days are as though never billed, and the next run takes them anew."},
				{Value: "no", Label: "Goodwill", Hint: "Money only; no later run takes it back."}}},
			{Name: "reason", Label: "Reason", Value: p["reason"], Hint: "It stands on the credit note."}}
	}
	return w
}

func voidWords() wording {
	w := invoiceWords
	w.verb, w.did, w.final = "Void", "voided", true
	w.text = "Their days are due again. A number that was given stays with the void invoice. What is paid, or rests under " +
		"a later one, is left out: credit it."
	w.back = "A void invoice stays void: what was on it is due again, and the next run bills it. Nothing was changed."
	w.money, w.phrase = "Voided", true
	w.last = func(p selection.Params) []ui.Field {
		return []ui.Field{{Name: "reason", Label: "Reason", Required: true, Value: p["reason"],
			Hint: "It stands on the void invoices and in the audit trail."}}
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
