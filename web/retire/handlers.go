// Package retire is the dialogs that end subscriptions here and open them again,
// with the money it means. Nothing is sent to the distributor.
package retire

import (
	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/internal/retire"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
)

// Handlers answers the routes of deactivating and activating subscriptions.
type Handlers struct {
	Retire retire.Service
}

const (
	path = at.Subscriptions
	nav  = "Subscriptions"
	// Said wherever a subscription is ended here.
	nothingIsSent = "Nothing is sent to the distributor: there the subscription goes on, and so does its invoice to " +
		"you, " +
		"until you end it there."
)

func recordPath(id uuid.UUID) string { return path + "/" + id.String() }

func crumbsTo(i retire.Impact) []layout.Crumb {
	return []layout.Crumb{{Label: nav, Href: path}, {Label: i.Called(), Href: recordPath(i.Subscription.ID)}}
}

// typed is a dialog's form as it was filled in.
type typed struct {
	refund  string // no or yes
	on      string
	note    string
	version int
}

func typedIn(form httpx.Values) (typed, error) {
	t := typed{refund: form.Get("refund"), on: form.Get("effective_at"), note: form.Get("note")}
	t.version = form.Version() // 0: not asked
	switch t.refund {
	case "":
		t.refund = "no"
	case "no", "yes":
	default:
		return t, errs.Fields{"refund": "Choose No refund or Apply refund."}.Err()
	}
	return t, nil
}

func (t typed) day() (clock.Date, error) {
	d, err := clock.ParseDate(t.on)
	if err != nil {
		return d, errs.Fields{"effective_at": "Enter a date as 2026-03-31."}.Err()
	}
	return d, nil
}

// amountText writes a sum as people read it; unknown where it cannot be reckoned.
func amountText(d decimal.NullDecimal, currency string) string {
	if !d.Valid {
		return "unknown: a day has no price"
	}
	return money.Grouped(d.Decimal, currency) + " " + currency
}

func noteField(t typed, problems map[string]string) ui.Field {
	return ui.Field{
		Name: "note", Label: "Note", Value: t.note, Error: problems["note"],
		Hint: "It stands in the ledger and in the audit trail.",
	}
}

func dateField(t typed, label, hint string, problems map[string]string) ui.Field {
	return ui.Field{
		Kind: ui.DateInput, Name: "effective_at", Label: label, Value: t.on, Hint: hint,
		Error: problems["effective_at"], Size: ui.Short,
	}
}
