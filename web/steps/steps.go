// Package steps leads from the end of one first step to the next one. It knows whether the first run is billed, and
// nothing of the steps, which are the dashboard's.
package steps

import (
	"context"
	"slices"

	"github.com/a-h/templ"
	"gorm.io/gorm"

	"seatledger/internal/invoice"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
)

// On offers the next first step on a page, as the first thing to do, until the first run is billed.
func On(ctx context.Context, db *gorm.DB, page *layout.Page) error {
	billed, err := invoice.AnyBilled(ctx, db)
	if err != nil || billed {
		return err
	}
	page.Actions = slices.Insert(page.Actions, 0, templ.Component(ui.LinkButton{Text: "Next step", Href: at.NextStep,
		Weight: ui.Primary, Icon: "play"}))
	return nil
}
