package app

import (
	"context"

	"gorm.io/gorm"

	"seatledger/internal/access"
	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/distributor/outbound"
	"seatledger/internal/letters"
	"seatledger/internal/mail"
	"seatledger/internal/webhook"
)

// mailServices are the way out for mail, and what goes out by it. Each asks the other: what a mail brings along, and
// whether it is still wanted, is known to who wrote it.
func (a *App) mailServices() (*mail.Service, letters.Service, access.Service) {
	m := &mail.Service{DB: a.DB, Clock: a.Clock, Log: a.Log, Sealer: a.Sealer, Holder: holder(), Files: letters.Files}
	l := letters.Service{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Mail: m, BaseURL: a.Config.BaseURLAt(a.Config.Addr)}
	in := access.Service{DB: a.DB, Auth: a.Auth, Mail: m, Zone: a.Zone}
	m.Anew, m.Link = l.Anew, in.Link
	m.Pointed = func(ctx context.Context, tx *gorm.DB, by audit.Actor, otherHost bool) error {
		return auth.MailServerSet(ctx, tx, a.Clock, by, otherHost)
	}
	m.Wanted = func(ctx context.Context, tx *gorm.DB, x mail.Mail) (string, error) {
		if why, err := in.Wanted(ctx, tx, x); err != nil || why != "" {
			return why, err
		}
		return l.Wanted(ctx, tx, x)
	}
	return m, l, in
}

// webhookService is the way out for notices over HTTPS.
func (a *App) webhookService() (*webhook.Service, error) {
	out, err := webhook.Outbound(outbound.Options{Allow: a.Outbound.Allow(), Hosts: a.Config.OutboundHosts})
	return &webhook.Service{DB: a.DB, Clock: a.Clock, Log: a.Log, Sealer: a.Sealer, Out: out, Meter: a.Meter,
		Holder: holder(), BaseURL: a.Config.BaseURLAt(a.Config.Addr)}, err
}
