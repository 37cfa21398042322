package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/app"
	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/demo/story"
	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/listing"
	"seatledger/internal/paging"
	"seatledger/internal/retire"
	"seatledger/internal/subscription"
	"seatledger/internal/subscription/list"
	"seatledger/internal/syncing"
)

const (
	oldProvider = "TD SYNNEX legacy (sandbox)"
	newProvider = "TD SYNNEX (sandbox)"
)

// year is a reseller's work on a legacy provider from January to today. The legacy
// API tells no dates: what a sync finds begins on the day of the sync. So the app's
// clock and the distributor's are put to each day in turn.
type year struct {
	*Demo
	app       *app.App
	me        audit.Actor
	clk       *clock.Moved
	story     *story.Story
	player    *story.Player
	legacy    uuid.UUID
	customers []*customer
	listed    map[string]decimal.Decimal // prices of the list by the distributor's number
}

// MakeYear gives the demo of a cut-over its history, once; later it only tells the
// distributor again what has happened there. Other demos have none.
func (d *Demo) MakeYear(ctx context.Context, out io.Writer) error {
	if !d.cutover {
		return nil
	}
	s := d.tale()
	player := story.NewPlayer(d.far.url(), d.clock, s)
	switch d.keep.Year {
	case yearMade:
		return player.Rest(ctx)
	case yearBegun:
		return fmt.Errorf("the history in %s was interrupted while it was made; start with --cutover --fresh", d.folder)
	}
	if err := d.mark(yearBegun); err != nil {
		return err
	}
	fmt.Fprintf(out, "Making the history from %s to %s: syncs, seat changes, invoices\n", s.First, s.Today)
	y := &year{Demo: d, clk: clock.NewMoved(d.clock, d.clock.Now()), story: s, player: player}
	if err := y.live(ctx); err != nil {
		return err
	}
	return d.mark(yearMade)
}

func (d *Demo) mark(p progress) error {
	d.keep.Year = p
	return d.keep.save()
}

func (d *Demo) tale() *story.Story { return story.New(sandbox.NewData(d.data()), d.keep.Today) }

const closeLimit = 30 * time.Second

// live starts the app in January and leaves it today.
func (y *year) live(ctx context.Context) (err error) {
	y.clk.Put(story.Moment(y.clock, y.story.First))
	y.app, err = app.StartOn(ctx, y.Config, y.log, y.clk)
	if err != nil {
		return err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeLimit)
		defer cancel()
		err = errors.Join(err, y.app.Close(closing))
	}()
	me, err := auth.ByEmail(ctx, y.app.DB.Read(ctx), adminEmail)
	if err != nil {
		return err
	}
	y.me = me.Actor()
	for _, step := range []func(context.Context) error{y.january, y.months, y.present} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// january connects the legacy provider and brings everything up to the first invoices.
func (y *year) january(ctx context.Context) error {
	if err := y.to(ctx, y.story.First); err != nil {
		return err
	}
	in := y.comprehensive(oldProvider)
	in.ComprehensiveAPI, in.ApplicationID, in.ApplicationSecret, in.TokenURL = false, "", "", ""
	in.CostPeriod, in.CostPeriodGiven = "month", true
	var err error
	if y.legacy, err = connect(ctx, y.app, y.me, in); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{y.seed, y.accounts, y.subscriptions} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return y.bill(ctx, 0)
}

// months is the year's routine: the invoices on the first, and a sync once seats have changed.
func (y *year) months(ctx context.Context) error {
	for m := 1; !y.story.Month(m).After(y.story.ThisMonth()); m++ {
		if err := y.to(ctx, y.story.Month(m)); err != nil {
			return err
		}
		if err := y.bill(ctx, m); err != nil {
			return err
		}
		if err := y.to(ctx, y.story.Day(m)); err != nil {
			return err
		}
		if err := y.subscriptions(ctx); err != nil {
			return err
		}
	}
	return nil
}

// present has the wrong turn that somebody took, and the new provider as far as its accounts.
func (y *year) present(ctx context.Context) error {
	if err := y.byHand(ctx); err != nil {
		return err
	}
	if err := y.player.Rest(ctx); err != nil {
		return err
	}
	y.clk.Put(y.clock.Now())
	id, err := connect(ctx, y.app, y.me, y.comprehensive(newProvider))
	if err != nil {
		return err
	}
	return y.sync(ctx, id, syncing.Accounts)
}

// byHand deactivates a subscription whose days are not billed yet.
func (y *year) byHand(ctx context.Context) error {
	rows, err := y.rows(ctx, listing.Values{"provider": y.legacy.String(),
		"crm_account": y.customers[story.ByHand].id.String(), "state": string(subscription.Active)})
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return errors.New("there is nothing to deactivate by hand")
	}
	return y.app.Retire.Deactivate(ctx, y.me, retire.End{ID: rows[0].ID, Note: "Moved to the new API"})
}

// to puts both clocks on a day, and makes everything happen that happened at the distributor up to it.
func (y *year) to(ctx context.Context, day clock.Date) error {
	y.clk.Put(story.Moment(y.clock, day))
	return y.player.Until(ctx, day)
}

// sync runs to its end, which must be a good one.
func (y *year) sync(ctx context.Context, provider uuid.UUID, kind syncing.Kind) error {
	r, err := syncNow(ctx, y.app, y.me, provider, kind)
	if err == nil && r.State != syncing.Succeeded {
		err = fmt.Errorf("the sync of %s %s: %s", kind, r.State, r.Message)
	}
	return err
}

// rows are the subscriptions that filters let through.
func (y *year) rows(ctx context.Context, values listing.Values) ([]list.Row, error) {
	q := list.All.Ask(values)
	order, err := list.All.Sorts().Parse("external_id")
	if err != nil {
		return nil, err
	}
	q.Page = paging.Request{Order: order, Size: 100_000} // far over what the demo has
	p, err := list.All.Page(ctx, y.app.DB.Read(ctx), q)
	return p.Rows, err
}
