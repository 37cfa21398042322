package cutovers

import (
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/cutover"
	"seatledger/internal/cutover/proof"
	"seatledger/web/httpx"
)

// As CONTRACT has them: customer x product x day.
var proofHeader = []string{"crm_account", "crm_account_id", "product", "part_number", "day", "seats_before",
	"seats_after", "verdict", "why", "forfeited",
	"counted_before", "counted_after", "billed_before", "billed_after"}

func (h Handlers) proofFile(c echo.Context, run cutover.Run, f proof.Filter) error {
	ctx := c.Request().Context()
	return httpx.CSV(c, "proof.csv", proofHeader, func(write httpx.Row) error {
		return h.Cutovers.DB.Snapshot(ctx, func(tx *gorm.DB) error {
			return proof.EachDay(ctx, tx, run.ID, f, h.Cutovers.ProofDay(run),
				func(d proof.Day) error { return write(dayCells(d)...) })
		})
	})
}

func dayCells(d proof.Day) []httpx.Cell {
	text, plain := httpx.Text, httpx.Plain
	cells := []httpx.Cell{text(d.Customer.CRMAccount), plain(d.Customer.CRMAccountID.String()), text(d.Name),
		text(d.Key), plain(d.Day.String()),
		plain(itoa(d.Before)), plain(itoa(d.After)), plain(string(d.Verdict)), text(d.Why)}
	for _, n := range []int{d.Forfeited, d.Counted.Before, d.Counted.After, d.Billed.Before, d.Billed.After} {
		cells = append(cells, plain(itoa(n)))
	}
	return cells
}
