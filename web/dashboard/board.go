package dashboard

import (
	"context"
	"math"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/contract/price"
	"seatledger/internal/crm"
	"seatledger/internal/cutover"
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

	night        syncing.LastNight
	doubts       []notify.Tally  // what it would not believe
	causes       []syncing.Cause // why accounts failed in it
	mapping      account.Progress
	review       list.Progress
	held         map[subscription.HoldReason]int
	moved        int         // of those held as unmapped: to an account that is mapped
	ends         map[int]int // active subscriptions that end within so many days
	proposals    int
	cutovers     int // under way
	orphans      []list.Orphans
	uncontracted int // mapped CRM accounts without an active contract
	runs         map[syncing.State]int
	providers    []provider.Row
	connectivity map[provider.Connectivity]int
	unreadable   int // active or not: providers with records that wait
	successes    map[uuid.UUID]syncing.Success
	crmAccounts  int
	contracts    int
	priceLists   int // that hold a price
	subscribed   int // 1 when there is any
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
	for _, part := range []func(context.Context, *gorm.DB) error{b.readMapping, b.readSubscriptions, b.readEnds,
		b.readRuns, b.readNight, b.readProviders, b.readCustomers} {
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
	if b.review, err = list.ProgressOf(ctx, db, list.All.Ask(nil)); err != nil {
		return err
	}
	b.held = map[subscription.HoldReason]int{}
	for _, why := range holdReasons {
		if b.held[why], err = countSubscriptions(ctx, db, heldFilter(why)); err != nil {
			return err
		}
	}
	if b.moved, err = countSubscriptions(ctx, db, movedFilter()); err != nil {
		return err
	}
	if b.orphans, err = list.CostWithoutCustomer(ctx, db); err != nil {
		return err
	}
	if b.proposals, err = countSubscriptions(ctx, db, listing.Values{"proposal": "yes"}); err != nil {
		return err
	}
	b.subscribed, err = countSubscriptions(ctx, db, nil)
	return err
}

func countSubscriptions(ctx context.Context, db *gorm.DB, values listing.Values) (int, error) {
	return list.All.Count(ctx, db, list.All.Ask(values), math.MaxInt32)
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

func (b *board) readEnds(ctx context.Context, db *gorm.DB) (err error) {
	b.ends = map[int]int{}
	for _, days := range horizons {
		if b.ends[days], err = countSubscriptions(ctx, db, b.endsFilter(days)); err != nil {
			return err
		}
	}
	return nil
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
	order, err := provider.Sorts().Parse("name")
	if err != nil {
		return err
	}
	b.connectivity = map[provider.Connectivity]int{}
	err = provider.Each(ctx, db, provider.Filter{}, order, func(r provider.Row) error {
		b.providers = append(b.providers, r)
		if r.Active {
			b.connectivity[r.Connectivity()]++
		}
		return nil
	})
	if err != nil {
		return err
	}
	b.unreadable, err = provider.Count(ctx, db, provider.Filter{Unreadable: "yes"})
	return err
}

func (b *board) readCustomers(ctx context.Context, db *gorm.DB) (err error) {
	if b.uncontracted, err = crm.All.Count(ctx, db, crm.All.Ask(listing.Values{"mapped": "yes", "contract": "no"}),
		math.MaxInt32); err != nil {
		return err
	}
	if b.crmAccounts, err = crm.All.Count(ctx, db, crm.All.Ask(nil), math.MaxInt32); err != nil {
		return err
	}
	if b.contracts, err = contract.CountActive(ctx, db); err != nil {
		return err
	}
	lists, err := price.AllLists(ctx, db)
	for _, l := range lists {
		if l.Items > 0 {
			b.priceLists++
		}
	}
	return err
}
