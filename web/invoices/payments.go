package invoices

import (
	"github.com/labstack/echo/v4"

	"seatledger/web/imports"
	"seatledger/web/session"
)

// PaymentsForm is the page with the field for a file of payments.
func (h Handlers) PaymentsForm(c echo.Context) error { return h.Imports.New(c, h.payments(c)) }

// PaymentsUpload keeps a file and leads to its preview.
func (h Handlers) PaymentsUpload(c echo.Context) error { return h.Imports.Upload(c, h.payments(c)) }

// PaymentsPreview shows which invoices a file would pay, or did.
func (h Handlers) PaymentsPreview(c echo.Context) error { return h.Imports.Preview(c, h.payments(c)) }

// PaymentsApply notes the payments of a file.
func (h Handlers) PaymentsApply(c echo.Context) error { return h.Imports.Apply(c, h.payments(c)) }

// PaymentsColumns sets which column of a file is which.
func (h Handlers) PaymentsColumns(c echo.Context) error { return h.Imports.Columns(c, h.payments(c)) }

// PaymentsConfirmUndo asks before the payments of a file are taken back.
func (h Handlers) PaymentsConfirmUndo(c echo.Context) error {
	return h.Imports.ConfirmUndo(c, h.payments(c))
}

// PaymentsUndo takes the payments of a file back.
func (h Handlers) PaymentsUndo(c echo.Context) error { return h.Imports.Undo(c, h.payments(c)) }

func (h Handlers) payments(c echo.Context) imports.Screen {
	return imports.Screen{Kind: h.Invoices.PaymentFile(session.Actor(c)), Undo: true, Title: "Payments from a file",
		Nav: nav, Path: path + "/payments", Back: path, Crumbs: crumbs,
		Lead: "A row is a payment, found by the invoice's number; a part of what is open is a part payment. The same row " +
			"counts once, however often it comes. Nothing is noted before you have seen what it does.",
		Columns: []imports.ColumnHelp{
			{Name: "number", Help: "The invoice's number, as it stands on it."},
			{Name: "date", Help: "The day on which it was paid."},
			{Name: "amount", Help: "What came in; of a credit note, below zero, what went out."},
			{Name: "currency", Help: "Optional. Another one than the invoice's is refused."},
			{Name: "reference", Help: "Optional: the bank's text. It is kept with the payment."},
		}}
}
