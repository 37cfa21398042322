package site

import (
	"seatledger/internal/app"
	trail "seatledger/internal/audit"
	"seatledger/internal/imports"
	"seatledger/internal/savedview"
	"seatledger/web/accounts"
	"seatledger/web/audit"
	"seatledger/web/billing"
	"seatledger/web/books"
	"seatledger/web/bulk"
	"seatledger/web/changes"
	"seatledger/web/closing"
	"seatledger/web/contracts"
	"seatledger/web/contractsync"
	"seatledger/web/crmaccounts"
	"seatledger/web/crmsources"
	"seatledger/web/cutovers"
	"seatledger/web/dashboard"
	"seatledger/web/dialects"
	"seatledger/web/differences"
	"seatledger/web/foureyes"
	webimports "seatledger/web/imports"
	"seatledger/web/invoices"
	"seatledger/web/mails"
	"seatledger/web/manual"
	"seatledger/web/mapping"
	"seatledger/web/notices"
	"seatledger/web/prices"
	"seatledger/web/providers"
	"seatledger/web/reassign"
	"seatledger/web/renewals"
	"seatledger/web/retire"
	"seatledger/web/search"
	"seatledger/web/session"
	"seatledger/web/settings"
	"seatledger/web/sso"
	"seatledger/web/subscriptions"
	"seatledger/web/supplierbills"
	"seatledger/web/syncruns"
	"seatledger/web/views"
)

// handlers are the screen families, each with what it needs of the app.
type handlers struct {
	sessions      session.Handlers
	providers     providers.Handlers
	dialects      dialects.Handlers
	accounts      accounts.Handlers
	mapping       mapping.Handlers
	crm           crmaccounts.Handlers
	sources       crmsources.Handlers
	contracts     contracts.Handlers
	prices        prices.Handlers
	syncruns      syncruns.Handlers
	dashboard     dashboard.Handlers
	manual        manual.Handlers
	contractsync  contractsync.Handlers
	subscriptions subscriptions.Handlers
	changes       changes.Handlers
	invoices      invoices.Handlers
	billing       billing.Handlers
	books         books.Handlers
	retire        retire.Handlers
	bulk          bulk.Handlers
	reassign      reassign.Handlers
	cutovers      cutovers.Handlers
	settings      settings.Handlers
	audit         audit.Handlers
	notices       notices.Handlers
	renewals      renewals.Handlers
	views         views.Handlers
	mails         mails.Handlers
	search        search.Handlers
	bills         supplierbills.Handlers
	months        closing.Handlers
	differences   differences.Handlers
	eyes          foureyes.Handlers
	sso           sso.Handlers
}

func handlersOf(a *app.App, m *session.Manager, o Options, open doors) handlers {
	files := webimports.Pages{Service: imports.Service{DB: a.DB, Clock: a.Clock}, Zone: a.Zone}
	return handlers{
		sessions: session.Handlers{Manager: m, Auth: a.Auth, Access: a.Access, SetupCode: o.SetupCode,
			Provider: a.SSO.Button},
		providers: providers.Handlers{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Providers: a.Providers, Sync: a.Sync},
		dialects:  dialects.Handlers{DB: a.DB, Zone: a.Zone, Dialects: a.Dialects, Rehearsal: a.Rehearsal},
		crm: crmaccounts.Handlers{Accounts: a.CRM, Imports: files, Zone: a.Zone,
			Letters: a.Letters, Bulk: a.Bulk},
		sources: crmsources.Handlers{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Sources: a.Sources, Sessions: m},
		accounts: accounts.Handlers{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Mapping: a.Mapping, Bulk: a.Bulk,
			Sync: a.Sync},
		mapping: mapping.Handlers{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Mapping: a.Mapping,
			Works: a.Bulk, Sessions: m},
		contracts: contracts.Handlers{Contracts: a.Contracts, Zone: a.Zone, Fill: a.FillPrices, Bulk: a.Bulk,
			Imports: files},
		prices:   prices.Handlers{Prices: a.Prices, Imports: files, Zone: a.Zone},
		syncruns: syncruns.Handlers{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Sync: a.Sync, Sessions: m},
		dashboard: dashboard.Handlers{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Night: a.Sync.SyncAt,
			Backups: &a.Backups},
		manual:       manual.Handlers{Entries: a.Manual, Imports: files, Clock: a.Clock, Zone: a.Zone},
		contractsync: contractsync.Handlers{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Sync: a.Sync},
		subscriptions: subscriptions.Handlers{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Reviews: a.Reviews,
			Bulk: a.Bulk},
		changes:  changes.Handlers{DB: a.DB, Zone: a.Zone},
		invoices: invoices.Handlers{Invoices: a.Billing, Letters: a.Letters, Bulk: a.Bulk, Imports: files},
		billing:  billing.Handlers{DB: a.DB, Zone: a.Zone, Runs: a.Runs, Sessions: m},
		books:    books.Handlers{DB: a.DB, Zone: a.Zone, Books: a.Books, Bulk: a.Bulk},
		retire:   retire.Handlers{Retire: a.Retire},
		bulk: bulk.Handlers{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Bulk: a.Bulk, Sessions: m,
			Contracts: a.Contracts},
		reassign: reassign.Handlers{Reassign: a.Reassign, Zone: a.Zone},
		cutovers: cutovers.Handlers{Cutovers: a.Cutover},
		settings: settings.Handlers{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Auth: a.Auth, Access: a.Access,
			About: about(a, o), Letters: a.Letters, Hooks: a.Webhooks},
		audit:       audit.Handlers{DB: a.DB, Zone: a.Zone, Chain: trail.NewChain(a.Clock)},
		notices:     notices.Handlers{DB: a.DB, Clock: a.Clock, Zone: a.Zone},
		renewals:    renewals.Handlers{Renewals: a.Renewals, BaseURL: o.BaseURL},
		mails:       mails.Handlers{Mail: a.Mail, Zone: a.Zone},
		search:      search.Handlers{DB: a.DB, Zone: a.Zone, Doors: open},
		months:      closing.Handlers{Months: a.Months, Zone: a.Zone},
		bills:       supplierbills.Handlers{Bills: a.Bills, Imports: files, Zone: a.Zone},
		views:       views.Handlers{DB: a.DB, Views: savedview.Service{DB: a.DB, Clock: a.Clock}},
		eyes:        eyesOf(a),
		sso:         sso.Handlers{SSO: a.SSO, Manager: m, BaseURL: o.BaseURL, Zone: a.Zone},
		differences: differences.Handlers{Differences: a.Differences, Bulk: a.Bulk},
	}
}

func eyesOf(a *app.App) foureyes.Handlers {
	return foureyes.Handlers{Requests: a.FourEyes, Zone: a.Zone}
}

func about(a *app.App, o Options) settings.About {
	return settings.About{
		Version: o.Version, BaseURL: o.BaseURL, TimeZone: a.Config.TimeZone,
		SyncAt: a.Config.SyncAt, SyncUntil: a.Config.SyncUntil,
		Outbound: a.Outbound.Allow().Entries(), PrivateDatabase: a.Config.PrivateServer(), DataDir: a.Config.DataDir,
		KeyFile: a.Sealer.Source().Says(), KeyID: a.Sealer.PrimaryID, Backups: a.Config.Backups,
		BackupAt: a.Config.BackupAt,
	}
}
