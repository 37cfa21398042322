package dashboard

import (
	"context"
	"math"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/backup"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/contract/price"
	"seatledger/internal/crm"
	"seatledger/internal/cutover"
	"seatledger/internal/figures"
	"seatledger/internal/invoice"
	"seatledger/internal/listing"
	"seatledger/internal/notify"
	"seatledger/internal/provider"
	"seatledger/internal/subscription"
	"seatledger/internal/subscription/list"
	"seatledger/internal/syncing"
)

// board is everything that the page shows, as read in one snapshot.
type board struct {
	now  time.Time
	zone *time.Location
	hour time.Duration // of the nightly sync

	night   syncing.LastNight
	doubts  []notify.Tally  // what it would not believe
	causes  []syncing.Cause // why accounts failed in it
	mapping account.Progress
	list.Overview
	cutovers     int // under way
	uncontracted int // mapped CRM accounts without an active contract
	runs         map[syncing.State]int
	providers    []provider.Row
	connectivity map[provider.Connectivity]int
	unreadable   int // active or not: providers with records that wait
	successes    map[uuid.UUID]syncing.Success
	crmAccounts  int
	contracts    int
	priceLists   int       // that hold a price
	firstList    uuid.UUID // one in use; nil: there is none
	money        figures.Now
	unbilled     int  // rows of the ledger that are open
	billed       bool // an invoice was
	certain      bool // an account has a certain customer that nobody confirmed
	likely       bool // or a likely one
	unpriced     bool // something in use has a price in no list
	again        bool // the first steps are asked for
	backup       backup.State
}

var (
	holdReasons = []subscription.HoldReason{subscription.HoldUnmapped, subscription.HoldExcluded,
		subscription.HoldPending, subscription.HoldTwin, subscription.HoldCutover}
	horizons = []int{30, 60, 90}
	badRuns  = []syncing.State{syncing.Failed, syncing.Stopped, syncing.Partial, syncing.Interrupted}
	troubles = []provider.Connectivity{provider.CheckFailed, provider.Warning, provider.Stale, provider.Unverified}
)

// runDays is how far back runs that went wrong are counted.
const runDays = 7

func (b *board) today() clock.Date { return clock.DateOf(b.now, b.zone) }

func (b *board) read(ctx context.Context, db *gorm.DB) error {
	for _, part := range []func(context.Context, *gorm.DB) error{b.readMapping, b.readSubscriptions,
		b.readRuns, b.readNight, b.readProviders, b.readCustomers, b.readMoney} {
		if err := part(ctx, db); err != nil {
			return err
		}
	}
	return nil
}

func (b *board) readMapping(ctx context.Context, db *gorm.DB) (err error) {
	b.mapping, err = account.ProgressOf(ctx, db, uuid.Nil)
	return err
}

func (b *board) readSubscriptions(ctx context.Context, db *gorm.DB) (err error) {
	if b.cutovers, err = cutover.OpenRuns(ctx, db); err != nil {
		return err
	}
	b.Overview, err = list.OverviewOf(ctx, db, b.today(), horizons...)
	return err
}

func heldFilter(why subscription.HoldReason) listing.Values {
	f := listing.Values{"state": string(subscription.Held), "hold_reason": string(why)}
	if why == subscription.HoldUnmapped {
		f["moved"] = "no" // those are counted apart: there is no account to map
	}
	return f
}

func movedFilter() listing.Values {
	return listing.Values{"state": string(subscription.Held), "moved": "yes"}
}

// endsFilter is about active subscriptions whose end date lies within so many days from today.
func (b *board) endsFilter(days int) listing.Values {
	return listing.Values{"state": string(subscription.Active), "ends_from": b.today().String(),
		"ends_before": b.today().AddDays(days + 1).String()}
}

func (b *board) readRuns(ctx context.Context, db *gorm.DB) (err error) {
	b.runs = map[syncing.State]int{}
	for _, s := range badRuns {
		if b.runs[s], err = syncing.CountSince(ctx, db, s, b.runsSince(s)); err != nil {
			return err
		}
	}
	b.successes, err = syncing.Successes(ctx, db)
	return err
}

func (b *board) readNight(ctx context.Context, db *gorm.DB) (err error) {
	if b.night, err = syncing.LastNightOf(ctx, db, b.now, b.zone, b.hour); err != nil || b.night.Due.IsZero() {
		return err
	}
	if b.doubts, err = notify.Doubts(ctx, db, b.night.Due); err != nil || len(b.night.Runs) == 0 {
		return err
	}
	b.causes, err = syncing.Causes(ctx, db, b.night.IDs()...)
	return err
}

// runsSince is from when on runs of a state are counted; an interrupted one has not ended, however old.
func (b *board) runsSince(s syncing.State) time.Time {
	if s == syncing.Interrupted {
		return time.Time{}
	}
	return b.since().Start(b.zone)
}

func (b *board) since() clock.Date { return b.today().AddDays(-runDays) }

func (b *board) readProviders(ctx context.Context, db *gorm.DB) error {
	var err error
	if b.providers, err = provider.Every(ctx, db); err != nil {
		return err
	}
	b.connectivity = map[provider.Connectivity]int{}
	for _, r := range b.providers {
		if r.Active {
			b.connectivity[r.Connectivity()]++
		}
	}
	b.unreadable, err = provider.All.Count(ctx, db, provider.All.Ask(listing.Values{"unreadable": "yes"}),
		math.MaxInt32)
	return err
}

func (b *board) readCustomers(ctx context.Context, db *gorm.DB) (err error) {
	if b.uncontracted, err = crm.All.Count(ctx, db, crm.All.Ask(listing.Values{"mapped": "yes", "contract": "no"}),
		math.MaxInt32); err != nil {
		return err
	}
	if b.crmAccounts, err = crm.All.Count(ctx, db, crm.All.Ask(nil), 0); err != nil {
		return err
	}
	if b.contracts, err = contract.CountActive(ctx, db); err != nil {
		return err
	}
	if err := b.readStart(ctx, db); err != nil {
		return err
	}
	b.priceLists, b.firstList, err = price.Filled(ctx, db)
	return err
}

// readStart reads what only the first steps ask.
func (b *board) readStart(ctx context.Context, db *gorm.DB) error {
	var err error
	if b.billed, err = invoice.AnyBilled(ctx, db); err != nil || b.billed && !b.again {
		return err
	}
	err = db.WithContext(ctx).Raw(`SELECT coalesce(bool_or(band = 'certain'), false),
			coalesce(bool_or(band = 'likely'), false) FROM mapping_waiting
		WHERE chosen AND NOT tied AND holder_id IS NULL AND shelf = 'open' AND snoozed_until = '-infinity'`).Row().
		Scan(&b.certain, &b.likely)
	if err != nil {
		return err
	}
	return db.WithContext(ctx).Raw(`SELECT EXISTS (SELECT FROM subscriptions s WHERE s.state <> 'inactive' AND s.kind = 'licence'
		AND s.product_id IS NOT NULL AND s.unit_price IS NULL AND s.term NOT IN ('', 'unknown')
		AND NOT EXISTS (SELECT FROM price_list_items i WHERE i.product_id = s.product_id AND i.term = s.term
			AND i.billing_frequency = s.billing_frequency))`).Row().Scan(&b.unpriced)
}
