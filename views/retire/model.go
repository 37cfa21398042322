// Package retire holds the dialogs that end a subscription here and open it again.
package retire

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Dialog asks before subscriptions are ended or opened again.
type Dialog struct {
	Page    layout.Page
	Summary ui.ErrorSummary
	Remarks []ui.Callout
	Table   *ui.Table // the subscriptions, when there are several
	Form    ui.ConfirmForm
	Fields  []ui.Field
}
