package app

import (
	"seatledger/internal/letters"
	"seatledger/internal/mail"
)

// mailServices are the way out for mail, and what goes out by it. Each asks the other: what a mail brings along, and
// whether it is still wanted, is known to who wrote it.
func (a *App) mailServices() (*mail.Service, letters.Service) {
	m := &mail.Service{DB: a.DB, Clock: a.Clock, Log: a.Log, Sealer: a.Sealer, Holder: holder(), Files: letters.Files}
	l := letters.Service{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Mail: m, BaseURL: a.Config.BaseURLAt(a.Config.Addr)}
	m.Wanted, m.Anew = l.Wanted, l.Anew
	return m, l
}
