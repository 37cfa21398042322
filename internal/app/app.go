// Package app wires the rooms together for one process: database, keys, outbound
// client, services, queue and clockwork. It holds no rule of its own.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/access"
	"seatledger/internal/anchor"
	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/backup"
	"seatledger/internal/billing"
	"seatledger/internal/billingrun"
	"seatledger/internal/books"
	"seatledger/internal/clock"
	"seatledger/internal/closing"
	"seatledger/internal/config"
	"seatledger/internal/contract"
	"seatledger/internal/contract/price"
	"seatledger/internal/crm"
	"seatledger/internal/crmsource"
	"seatledger/internal/cutover"
	"seatledger/internal/dialect"
	"seatledger/internal/difference"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/calls"
	"seatledger/internal/distributor/capture"
	"seatledger/internal/distributor/connect"
	"seatledger/internal/distributor/outbound"
	"seatledger/internal/errs"
	"seatledger/internal/foureyes"
	"seatledger/internal/invoice"
	"seatledger/internal/jobs"
	"seatledger/internal/ledger"
	"seatledger/internal/letters"
	"seatledger/internal/mail"
	"seatledger/internal/manual"
	"seatledger/internal/mapping"
	"seatledger/internal/obs"
	"seatledger/internal/opening"
	"seatledger/internal/pace"
	"seatledger/internal/postgres"
	"seatledger/internal/provider"
	"seatledger/internal/reassign"
	"seatledger/internal/rehearsal"
	"seatledger/internal/renewal"
	"seatledger/internal/retire"
	"seatledger/internal/review"
	"seatledger/internal/secret"
	"seatledger/internal/selection"
	"seatledger/internal/sso"
	"seatledger/internal/subscription"
	"seatledger/internal/supplier"
	"seatledger/internal/syncing"
	"seatledger/internal/trace"
	"seatledger/internal/webhook"
)

// App is everything a request or a job may need.
type App struct {
	Config      config.Config
	Clock       clock.Clock
	Zone        *time.Location
	Log         *slog.Logger
	DB          *postgres.DB
	Sealer      *secret.Sealer
	Outbound    *outbound.Client
	Auth        auth.Service
	Providers   *provider.Service
	Dialects    *dialect.Service
	Rehearsal   rehearsal.Service
	Reviews     review.Reviewer
	CRM         crm.Service
	Contracts   contract.Service
	Prices      price.Service
	Mapping     *mapping.Service
	Manual      manual.Service
	Billing     billing.Service
	Runs        *billingrun.Service
	Books       books.Service
	Bills       supplier.Service
	Retire      retire.Service
	Reassign    reassign.Service
	Cutover     cutover.Service
	Renewals    renewal.Service
	Sync        *syncing.Service
	Sources     *crmsource.Service
	Bulk        *selection.Service
	Mail        *mail.Service
	Letters     letters.Service
	Webhooks    *webhook.Service
	Access      access.Service
	Anchors     anchor.Keeper
	Backups     backup.Keeper
	Differences difference.Service
	FourEyes    foureyes.Service
	SSO         sso.Service
	Months      closing.Service
	Meter       *obs.Meter    // what happens in this process, for a scrape
	Tracer      *trace.Tracer // follows work from a request to a distributor's call; nil: nobody collects that

	queue    *jobs.Queue
	database *database
	stop     context.CancelFunc
	wait     func()
	ready    chan struct{}
	day      *dayTurn
	lifetime context.Context // of the process, with nothing that ends it
}

// Start brings everything up, in the order in which one thing needs the other. What
// was started is stopped again when a later step fails.
func Start(ctx context.Context, cfg config.Config, log *slog.Logger) (*App, error) {
	clk, err := ClockOf(cfg)
	if err != nil {
		return nil, err
	}
	a, err := opened(ctx, cfg, log, clk)
	if err != nil {
		return nil, err
	}
	return a, a.begin(ctx, a.beats()...)
}

// StartOn brings the app up on a clock that its caller moves. Jobs are worked, but
// nothing happens by the clock alone: each step of a history is the caller's.
func StartOn(ctx context.Context, cfg config.Config, log *slog.Logger, clk clock.Clock) (*App, error) {
	a, err := opened(ctx, cfg, log, clk)
	if err != nil {
		return nil, err
	}
	return a, a.begin(ctx)
}

func opened(ctx context.Context, cfg config.Config, log *slog.Logger, clk clock.Clock) (*App, error) {
	d, err := openDatabase(ctx, cfg, log)
	if err != nil {
		return nil, err
	}
	a, err := wired(ctx, d.db, App{Config: cfg, Clock: clk, Log: log})
	if err != nil {
		return nil, errors.Join(err, d.close(ctx))
	}
	a.database = d
	return a, nil
}

// New wires the app over an open database without starting anything, as tests want it.
func New(ctx context.Context, cfg config.Config, db *postgres.DB, log *slog.Logger) (*App, error) {
	return NewOn(ctx, cfg, db, log, clock.System{})
}

// NewOn is New on a clock that its caller moves.
func NewOn(ctx context.Context, cfg config.Config, db *postgres.DB, log *slog.Logger, clk clock.Clock) (*App, error) {
	return wired(ctx, db, App{Config: cfg, Clock: clk, Log: log})
}

// wired completes an app that has its configuration, clock and log.
func wired(ctx context.Context, db *postgres.DB, bare App) (*App, error) {
	a, cfg, log := &bare, bare.Config, bare.Log
	a.Zone, a.DB, a.ready = cfg.Zone(), db, make(chan struct{})
	a.day, a.Meter, a.lifetime = &dayTurn{}, obs.NewMeter(), context.WithoutCancel(ctx)
	var err error
	if a.Tracer, err = tracer(cfg, a); err != nil {
		return nil, err
	}
	a.Sealer, err = secret.Load(ctx, db,
		secret.Options{Path: cfg.KeyFile(), Value: cfg.MasterKey, Command: cfg.MasterKeyCommand,
			Create: cfg.PrivateServer(), Clock: a.Clock})
	if err != nil {
		return nil, err
	}
	if a.Outbound, err = outboundClient(cfg); err != nil {
		return nil, err
	}
	stolen, err := auth.OpenBreached(cfg.BreachedPasswords)
	if err != nil {
		return nil, err
	}
	a.Auth = auth.Service{DB: db, Clock: a.Clock, Hasher: auth.NewHasher(auth.DefaultCost()), Sealer: a.Sealer,
		BaseURL: cfg.BaseURLAt(cfg.Addr), Breached: stolen, Passwords: sso.Gate(db, a.Clock)}
	if a.SSO, err = a.singleSignOn(); err != nil {
		return nil, err
	}
	a.Providers = &provider.Service{DB: db, Clock: a.Clock, Sealer: a.Sealer,
		Open: a.opener(a.Outbound, log), CheckURL: a.Outbound.CheckURL,
		Record: func(r *capture.Recorder) distributor.Open { return a.opener(a.Outbound.Watched(r.See), log) }}
	a.Dialects = &dialect.Service{DB: db, Clock: a.Clock, Wire: connect.Wire, SetEndDate: provider.SetEndDate,
		EndDate: provider.EndDateMeans}
	a.Rehearsal = rehearsal.Service{DB: db, Wire: connect.Wire, ConnectIn: a.Providers.ConnectIn}
	a.Reviews = review.Reviewer{Clock: a.Clock, Zone: a.Zone, Refreshed: cutover.PricesTouched(a.Clock, a.Zone)}
	a.CRM = crm.Service{DB: db, Clock: a.Clock}
	a.Contracts = contract.Service{DB: db, Clock: a.Clock, Zone: a.Zone, Touched: a.listsChanged, Opened: a.landWaiting,
		Moved: a.reland, Emptied: a.takeOut}
	a.Prices = price.Service{DB: db, Clock: a.Clock, Touched: a.listsChanged}
	a.Mapping = &mapping.Service{DB: db, Clock: a.Clock, Zone: a.Zone, Reviews: a.Reviews, CRM: a.CRM,
		Log: log, Enqueue: a.enqueueMapping, Holder: holder()}
	a.Manual = manual.Service{DB: db, Clock: a.Clock, Zone: a.Zone, Reviews: a.Reviews}
	a.Billing = billing.Service{Service: invoice.Service{DB: db, Clock: a.Clock, Zone: a.Zone}}
	a.Billing.Redrawn = billingrun.Redrawn
	a.Runs = a.billingRuns()
	a.Books = books.Service{DB: db, Clock: a.Clock, Zone: a.Zone}
	a.Bills = a.supplierBills()
	a.Reassign = reassign.Service{DB: db, Clock: a.Clock, Zone: a.Zone, Reviews: a.Reviews}
	a.Retire = retire.Service{DB: db, Clock: a.Clock, Zone: a.Zone, Reviews: a.Reviews, Ended: a.Reassign.Ended,
		Reopening: a.Reassign.MayReopen}
	a.Cutover = cutover.Service{DB: db, Clock: a.Clock, Zone: a.Zone, Reviews: a.Reviews, Mapping: a.Mapping}
	a.Renewals = renewal.Service{DB: db, Clock: a.Clock,
		Today: func() clock.Date { return clock.Today(a.Clock, a.Zone) }}
	a.Differences = a.differences()
	a.Months = closing.Service{DB: db, Clock: a.Clock, Zone: a.Zone}
	a.FourEyes = foureyes.Service{DB: db, Clock: a.Clock}
	a.Sync = a.syncService()
	a.Sources = a.sourceService()
	a.Bulk = a.bulkService()
	a.Backups = backups(cfg, db, a.Clock, a.Sealer)
	a.Mail, a.Letters, a.Access = a.mailServices()
	if a.Webhooks, err = a.webhookService(); err != nil {
		return nil, err
	}
	a.Anchors = anchor.Keeper{DB: db, Clock: a.Clock, Sealer: a.Sealer, Folder: cfg.AnchorFolder()}
	if err = a.Sealer.BindOnce(ctx, db, a.Providers.Secrets(), a.Sources.Secrets()); err != nil {
		return nil, err
	}
	if err = a.Mail.BindPassword(ctx); err != nil {
		return nil, err
	}
	a.queue, err = jobs.New(db, a.Clock, log, a.around,
		jobs.NewWorkers(a.Sync, a.Mapping, a.Sources, a.Bulk, a.Runs, a.Differences))
	return a, err
}

// singleSignOn asks identity providers with less patience, and takes less of them, than of distributors.
func (a *App) singleSignOn() (sso.Service, error) {
	out, err := outbound.New(outbound.Options{Allow: a.Outbound.Allow(), Hosts: a.Config.OutboundHosts,
		Timeout: 5 * time.Second, MaxBody: 1 << 20})
	return sso.Service{DB: a.DB, Clock: a.Clock, Sealer: a.Sealer, Auth: a.Auth, Out: out}, err
}

func (a *App) enqueueMapping(ctx context.Context, tx *gorm.DB, job mapping.Job, delay time.Duration) error {
	return a.queue.Put(ctx, tx, job, delay)
}

const judgedAtOnce = 200 // more than that are judged in the background, and the pages say so

// judgeAgain refreshes the reviews of subscriptions whose contract or prices changed, in the transaction of the change.
func (a *App) judgeAgain(tx *gorm.DB, subscriptions []uuid.UUID) error {
	ctx := tx.Statement.Context
	if len(subscriptions) > judgedAtOnce {
		return a.Reviews.Queue(ctx, tx, "s.id = ANY (?::uuid[])", postgres.IDs(subscriptions))
	}
	return a.Reviews.Refresh(ctx, tx, subscriptions)
}

// listsChanged lets the prices that follow a list be what it says by now, and has all concerned judged again.
func (a *App) listsChanged(tx *gorm.DB, subscriptions []uuid.UUID) error {
	origin := ledger.Origin{Source: ledger.FromPerson, By: audit.System, At: a.Clock.Now()}
	if _, err := subscription.FollowLists(tx.Statement.Context, tx, subscriptions, origin, a.Zone); err != nil {
		return err
	}
	return a.judgeAgain(tx, subscriptions)
}

// decisions are what people decide about subscriptions.
func (a *App) decisions() subscription.Service {
	return subscription.Service{DB: a.DB, Clock: a.Clock, Zone: a.Zone,
		Touched: func(tx *gorm.DB, ids []uuid.UUID) error { return a.Reviews.Refresh(tx.Statement.Context, tx, ids) }}
}

// landWaiting lets subscriptions land that waited for a default contract of their customer.
func (a *App) landWaiting(tx *gorm.DB, by audit.Actor, crmAccount uuid.UUID) error {
	origin := ledger.Origin{Source: ledger.FromPerson, By: by, At: a.Clock.Now()}
	landed, err := subscription.LandWaiting(tx.Statement.Context, tx, crmAccount, origin, a.Zone)
	if err != nil {
		return err
	}
	return a.judgeAgain(tx, landed)
}

// takeOut lets what stands in a contract that is taken back wait for another.
func (a *App) takeOut(tx *gorm.DB, by audit.Actor, contractID uuid.UUID) error {
	origin := ledger.Origin{Source: ledger.FromPerson, By: by, At: a.Clock.Now()}
	out, err := subscription.TakeOut(tx.Statement.Context, tx, contractID, origin, a.Zone)
	if err != nil {
		return err
	}
	return a.judgeAgain(tx, out)
}

// opener makes connectors that share with those of other replicas what a distributor asked for.
func (a *App) opener(out *outbound.Client, log *slog.Logger) distributor.Open {
	return connect.OpenerOf(out.Observed(a.Meter.Call).Traced(a.traced),
		calls.Options{Clock: clock.Outside(a.Clock), Shown: a.Clock, Zone: a.Zone,
			Store: provider.Lines{DB: a.DB}}, log)
}

func outboundClient(cfg config.Config) (*outbound.Client, error) {
	allow, err := outbound.ParseAllow(joined(cfg.OutboundAllow))
	if err != nil {
		return nil, err
	}
	return outbound.New(outbound.Options{Allow: allow, Hosts: cfg.OutboundHosts})
}

func (a *App) syncService() *syncing.Service {
	at, until := a.Config.Night()
	return &syncing.Service{
		DB: a.DB, Clock: a.Clock, Zone: a.Zone, Log: a.Log, Meter: a.Meter,
		Reviews: a.Reviews,
		Connect: a.Providers.Connect,
		Verify: func(ctx context.Context, id uuid.UUID) (distributor.Check, error) {
			return a.Providers.VerifyPatiently(ctx, audit.System, id)
		},
		Enqueue: func(ctx context.Context, tx *gorm.DB, run uuid.UUID, delay time.Duration) error {
			return a.queue.Put(ctx, tx, syncing.Job{RunID: run}, delay)
		},
		MapIdentical: a.Mapping.MapIdentical,
		SyncAt:       at, SyncUntil: until,
		Holder: holder(),
	}
}

// holder names this process in the leases of runs.
func holder() string {
	host, _ := os.Hostname()
	return fmt.Sprintf("%s %d", host, os.Getpid())
}

// begin starts the queue and the clockwork, or stops all that was started. They
// outlive ctx, which bounds the start only.
func (a *App) begin(ctx context.Context, beats ...jobs.Beat) error {
	if err := a.work(ctx, beats); err != nil {
		return errors.Join(err, a.Close(ctx))
	}
	return nil
}

func (a *App) work(ctx context.Context, beats []jobs.Beat) error {
	if err := a.firstAdmin(ctx); err != nil {
		return err
	}
	if err := (opening.Service{DB: a.DB, Clock: a.Clock, Zone: a.Zone}).TakeStock(ctx); err != nil {
		return err
	}
	if err := a.TurnDay(ctx); err != nil {
		return err
	}
	if a.Config.PrivateServer() {
		if err := errors.Join(a.Sync.TakeOver(ctx), a.Mapping.TakeOverRuns(ctx), a.Sources.TakeOver(ctx),
			a.Bulk.TakeOver(ctx), a.Runs.TakeOver(ctx), a.Mail.TakeOver(ctx), a.Webhooks.TakeOver(ctx)); err != nil {
			return err
		}
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	a.stop = stop
	if err := a.queue.Start(running); err != nil {
		return err
	}
	a.wait = jobs.Keep(running, a.Log, beats...)
	close(a.ready)
	return nil
}

func (a *App) beats() []jobs.Beat {
	watch := &mapping.Watcher{Service: a.Mapping}
	return []jobs.Beat{
		{Name: "watch over sync runs", Every: 5 * time.Second, Do: a.Sync.Watch},
		{Name: "prices that begin with the day", Every: 20 * time.Second, Do: a.TurnDay},
		{Name: "reviews that wait", Every: 2 * time.Second,
			Do: func(ctx context.Context) error { return a.Reviews.Drain(ctx, a.DB) }},
		{Name: "reviews that the date changes", Every: time.Hour,
			Do: func(ctx context.Context) error { return a.Reviews.Sweep(ctx, a.DB) }},
		{Name: "sign-offs that lapsed", Every: 5 * time.Minute,
			Do: func(ctx context.Context) error { return a.Reviews.TellLapsed(ctx, a.DB) }},
		{Name: "mapping suggestions", Every: 3 * time.Second, Do: watch.Look},
		{Name: "subscriptions that come to their end", Every: 20 * time.Second, Do: a.Retire.AtTheirEnd},
		{Name: "nightly sync", Every: 20 * time.Second, Do: a.Sync.Night},
		{Name: "watch over readings of CRM sources", Every: 5 * time.Second, Do: a.Sources.Watch},
		{Name: "watch over bulk work", Every: 5 * time.Second, Do: a.Bulk.Watch},
		{Name: "watch over billing runs", Every: 5 * time.Second, Do: a.Runs.Watch},
		{Name: "drafts that are prepared by themselves", Every: 20 * time.Second, Do: a.Runs.ByTheClock},
		{Name: "sweep of previews and ticks", Every: time.Hour, Do: a.Bulk.Sweep},
		{Name: "nightly reading of CRM sources", Every: 20 * time.Second, Do: a.Sources.Night},
		{Name: "old runs", Every: time.Hour, Do: a.pruneRuns},
		{Name: "documents of older invoices", Every: 2 * time.Second, Do: a.olderDocuments()},
		{Name: "adding up the counts of lists", Every: time.Minute, Do: a.addUpLists},
		{Name: "what lists keep for speed", Every: 24 * time.Hour, Do: a.mendLists},
		{Name: "forgotten passwords", Every: 2 * time.Second, Do: a.Access.Work},
		{Name: "mail", Every: 2 * time.Second, Do: a.Mail.Work},
		{Name: "watch over mail that is being sent", Every: 5 * time.Second, Do: a.Mail.Watch},
		{Name: "reminders", Every: 10 * time.Minute, Do: a.Letters.Remind},
		{Name: "notices by mail", Every: 30 * time.Second, Do: a.Letters.Tell},
		{Name: "notices by mail to people", Every: 30 * time.Second, Do: a.Letters.TellPeople},
		{Name: "webhooks", Every: 2 * time.Second, Do: a.Webhooks.Work},
		{Name: "old deliveries to webhooks", Every: time.Hour, Do: a.Webhooks.Prune},
		{Name: "bills that wait to be compared", Every: 20 * time.Second, Do: a.Differences.Watch},
		{Name: "bills whose days were invoiced", Every: 10 * time.Minute, Do: a.Differences.Invoiced},
		{Name: "signed months that changed", Every: 15 * time.Minute, Do: a.Months.Watch},
		{Name: "dismissals that are over", Every: time.Minute, Do: a.Differences.TurnDay},
		{Name: "what renews soon", Every: time.Hour, Do: a.Renewals.Tell},
		{Name: "sweep of sign-in tries", Every: time.Minute, Do: a.Auth.Sweep},
		{Name: "sweep of how often people asked", Every: time.Hour, Do: pace.Book{DB: a.DB, Clock: a.Clock}.Sweep},
		{Name: "the daily backup", Every: time.Minute, Do: a.Backups.Work},
		{Name: "ways to an identity provider that nobody came back from", Every: time.Minute, Do: a.SSO.Sweep},
		{Name: "requests to a second person that lapse", Every: time.Minute, Do: a.FourEyes.Lapse},
		{Name: "secrets that expire", Every: time.Hour, Do: secret.Dues{DB: a.DB, Clock: a.Clock}.Remind},
		{Name: "the end of the audit trail signed", Every: 10 * time.Minute, Do: a.Anchors.Keep},
	}
}

// pruneRuns takes away old readings of CRM sources and attempts at batches; the nights prune the syncs.
func (a *App) pruneRuns(ctx context.Context) error {
	_, sources := a.Sources.Prune(ctx)
	_, batches := a.Bulk.Prune(ctx)
	_, bills := a.Runs.Prune(ctx)
	_, suggestions := a.Mapping.Prune(ctx)
	return errors.Join(sources, batches, bills, suggestions)
}

// olderDocuments makes the documents of invoices that were billed before documents were
// kept. Once there are none left it rests: billing stores a document with each invoice.
func (a *App) olderDocuments() func(context.Context) error {
	const atOnce = 200
	opened, rest := opening.Service{DB: a.DB, Clock: a.Clock, Zone: a.Zone}, false
	return func(ctx context.Context) error {
		if rest {
			return nil
		}
		made, err := opened.MakeDocuments(ctx, atOnce)
		rest = err == nil && made < atOnce
		return err
	}
}

// firstAdmin makes the administrator that the environment names, on an empty database only.
func (a *App) firstAdmin(ctx context.Context) error {
	if a.Config.AdminEmail == "" {
		return nil
	}
	any, err := auth.AnyUser(ctx, a.DB.Read(ctx))
	if err != nil || any {
		return err
	}
	_, err = a.Auth.FirstAdmin(ctx,
		auth.NewUser{Name: "Administrator", Email: a.Config.AdminEmail, Password: a.Config.AdminPassword})
	if err == nil {
		return nil
	}
	if made, again := auth.AnyUser(ctx, a.DB.Read(ctx)); made && again == nil {
		return nil // another replica that started at the same moment was first
	}
	return err
}

// Ready tells whether migrations are done, an administrator exists and jobs are worked.
func (a *App) Ready(ctx context.Context) error {
	select {
	case <-a.ready:
	default:
		return errs.New(errs.Unavailable, "The workers have not started yet.")
	}
	ctx, done := context.WithTimeout(ctx, readyLimit)
	defer done()
	any, err := auth.AnyUser(ctx, a.DB.Reserved().Read(ctx))
	if err == nil && !any {
		err = errs.New(errs.Unavailable, "There is no administrator yet: open /setup.")
	}
	if ctx.Err() != nil && err != nil {
		err = errs.Because(errs.Unavailable, "The database does not answer.", err)
	}
	return postgres.Translate(err)
}

const readyLimit = 5 * time.Second // a supervisor asks again

// Lost is closed when the private database server ended unexpectedly.
func (a *App) Lost() <-chan struct{} { return a.database.lost() }

// Close stops what Start began: the clockwork, then the jobs, then the database.
func (a *App) Close(ctx context.Context) error {
	var err error
	if a.stop != nil {
		err = a.queue.Stop(ctx)
		a.stop()
	}
	if a.wait != nil {
		a.wait()
	}
	a.Outbound.CloseIdle()
	return errors.Join(err, a.Tracer.Close(ctx), a.database.close(ctx))
}
