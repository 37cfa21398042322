package app

import (
	"context"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/invoice"
	"seatledger/internal/letters"
	"seatledger/internal/mail"
)

// mailServices are the way out for mail, and what goes out by it. Each asks the other: what a mail brings along, and
// whether it is still wanted, is known to who wrote it.
func (a *App) mailServices() (*mail.Service, letters.Service) {
	m := &mail.Service{DB: a.DB, Clock: a.Clock, Log: a.Log, Sealer: a.Sealer, Holder: holder(), Files: letters.Files}
	l := letters.Service{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Mail: m, BaseURL: a.Config.BaseURLAt(a.Config.Addr)}
	l.Open = func(ctx context.Context, db *gorm.DB, id uuid.UUID) (decimal.Decimal, error) {
		all, err := invoice.MoneyOf(ctx, db, []uuid.UUID{id})
		return all[id].Open(), err
	}
	m.Wanted = l.Wanted
	return m, l
}
