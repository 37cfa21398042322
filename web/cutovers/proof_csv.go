package cutovers

import (
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/cutover"
	"seatledger/internal/cutover/proof"
	"seatledger/web/httpx"
)

// The first six columns stand in CONTRACT.
var proofHeader = []string{"crm_account", "part_number", "day", "seats_before", "seats_after", "verdict", "crm_account_id", "product", "why", "forfeited"}

func (h Handlers) proofFile(c echo.Context, run cutover.Run, f proof.Filter) error {
	ctx := c.Request().Context()
	return httpx.CSV(c, "proof.csv", proofHeader, func(write httpx.Row) error {
		return h.Cutovers.DB.Snapshot(ctx, func(tx *gorm.DB) error {
			return proof.EachDay(ctx, tx, run.ID, f, h.Cutovers.ProofDay(run), func(d proof.Day) error { return write(dayCells(d)...) })
		})
	})
}

func dayCells(d proof.Day) []httpx.Cell {
	text, plain := httpx.Text, httpx.Plain
	return []httpx.Cell{text(d.Customer.CRMAccount), text(d.Key), plain(d.Day.String()), plain(itoa(d.Before)), plain(itoa(d.After)), plain(string(d.Verdict)),
		plain(d.Customer.CRMAccountID.String()), text(d.Name), text(d.Why), plain(itoa(d.Forfeited))}
}
