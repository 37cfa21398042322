package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"seatledger/internal/app"
	"seatledger/internal/audit"
	"seatledger/internal/billing"
	"seatledger/internal/clock"
	"seatledger/internal/closing"
	"seatledger/internal/difference"
	"seatledger/internal/errs"
	"seatledger/internal/imports"
	"seatledger/internal/invoice"
	"seatledger/internal/listing"
	"seatledger/internal/paging"
	"seatledger/internal/reconcile"
	"seatledger/internal/review"
	"seatledger/internal/subscription/list"
)

// monthsBilled is how many months before this one were billed, and have a bill of the distributor.
const monthsBilled = 3

// past is what was billed, and charged, before the demo begins.
type past struct {
	*Demo
	app       *app.App
	me        audit.Actor
	provider  uuid.UUID
	contracts []uuid.UUID
	signed    []string // the distributor's ids of what is signed and billed for this month
}

// live signs most of what can be signed, bills the months before this one and brings in the distributor's bills of
// them: the earlier ones are closed and signed, in the last one errors are planted and some differences are decided.
func (p *past) live(ctx context.Context) error {
	if err := p.sign(ctx); err != nil {
		return err
	}
	if err := p.bill(ctx); err != nil {
		return err
	}
	this := monthOf(clock.Today(p.app.Clock, p.app.Zone))
	for n := monthsBilled; n > 0; n-- {
		month := this.AddMonths(-n)
		if n == 1 {
			if err := p.plant(ctx); err != nil {
				return err
			}
		}
		bill, err := p.take(ctx, month)
		if err != nil {
			return fmt.Errorf("bill of %s: %w", month, err)
		}
		decide := p.settle
		if n == 1 {
			decide = p.begin
		}
		if err := decide(ctx, month, bill); err != nil {
			return fmt.Errorf("month %s: %w", month, err)
		}
	}
	return nil
}

// Of what can be signed one in leftUnsigned still waits for a person, of the contracts one in leftUnbilled for this
// month's invoice.
const (
	leftUnsigned = 12
	leftUnbilled = 4
)

func (p *past) sign(ctx context.Context) error {
	q := list.All.Ask(listing.Values{"provider": p.provider.String()})
	order, err := list.All.Sorts().Parse("external_id")
	if err != nil {
		return err
	}
	q.Page = paging.Request{Order: order, Size: 100_000} // far over what the demo has
	rows, err := list.All.Page(ctx, p.app.DB.Read(ctx), q)
	if err != nil {
		return err
	}
	billed := map[uuid.UUID]string{} // the distributor's ids of what is billed for this month too
	for _, r := range rows.Rows {
		if i := slices.Index(p.contracts, r.ContractID.UUID); i%leftUnbilled != leftUnbilled-1 {
			billed[r.ID] = r.ExternalID
		}
	}
	ids, err := list.Signable(ctx, p.app.DB.Read(ctx), q)
	if err != nil {
		return err
	}
	var chosen []uuid.UUID
	for i, id := range ids {
		if i%leftUnsigned != leftUnsigned-1 {
			chosen = append(chosen, id)
			if name := billed[id]; name != "" {
				p.signed = append(p.signed, name)
			}
		}
	}
	_, err = p.app.Reviews.SignOff(ctx, p.app.DB, p.me, review.SignOff{IDs: chosen})
	return err
}

// bill makes one invoice of each contract for the months before this one, and of most for this one too.
func (p *past) bill(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(billers)
	this := monthOf(clock.Today(p.app.Clock, p.app.Zone))
	for i, id := range p.contracts {
		run := billing.Run{ContractID: id, Kind: invoice.FullCycle, End: this}
		if i%leftUnbilled != leftUnbilled-1 {
			run.End = this.AddMonths(1)
		}
		g.Go(func() error {
			made, err := p.app.Billing.Draft(ctx, p.me, billing.Order{Run: run, Late: true, Growth: true})
			if errs.KindOf(err) == errs.Conflict { // nothing of it can be billed yet
				return nil
			}
			if err != nil {
				return fmt.Errorf("invoice up to %s: %w", run.End, err)
			}
			return p.app.Billing.Bill(ctx, p.me, invoice.Step{ID: made})
		})
	}
	return g.Wait()
}

// plant has the distributor's last bill err, on what is billed here.
func (p *past) plant(ctx context.Context) error {
	p.keep.Planted = strings.Join(p.signed, " ")
	if err := p.keep.save(); err != nil {
		return err
	}
	return p.err(ctx)
}

// err tells the stand-in distributor where its last bill errs; it forgets when it ends.
func (d *Demo) err(ctx context.Context) error {
	doc, err := json.Marshal(map[string]any{"bill_errors": true, "bill_errors_among": d.keep.Planted})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPatch, d.far.url()+"/_sandbox/behaviour",
		bytes.NewReader(doc))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if said, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the stand-in distributor takes no errors: %s %w", said, err)
	}
	return nil
}

// take reads a month's bill from the distributor, keeps it and waits until it is compared.
func (p *past) take(ctx context.Context, month clock.Date) (uuid.UUID, error) {
	f, err := p.app.Bills.Fetch(ctx, p.provider, fmt.Sprintf("CI%04d%02d", month.Year(), month.Month()))
	if err != nil {
		return uuid.Nil, err
	}
	kind, files := p.app.Bills.File(p.me), imports.Service{DB: p.app.DB, Clock: p.app.Clock}
	id, err := files.UploadLong(ctx, p.me, kind, f.Name, bytes.NewReader(f.File))
	if err != nil {
		return uuid.Nil, err
	}
	if _, err := files.Choose(ctx, p.me, kind, imports.Choice{ID: id, Answers: f.Answers}); err != nil {
		return uuid.Nil, err
	}
	if _, err := files.Apply(ctx, p.me, kind, imports.Order{ID: id}); err != nil {
		return uuid.Nil, err
	}
	return id, p.compared(ctx, id) // a bill has the id of its file
}

func (p *past) compared(ctx context.Context, bill uuid.UUID) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		c, err := difference.ComparisonOf(ctx, p.app.DB.Read(ctx), bill)
		if err != nil || !c.Waiting {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// open are the differences of a bill that are to do, the dearest first.
func (p *past) open(ctx context.Context, bill uuid.UUID) ([]difference.Row, error) {
	q := difference.All.Ask(listing.Values{"bill": bill.String(), "state": string(difference.Todo)})
	order, err := difference.All.Sorts().Parse("-once_amount")
	if err != nil {
		return nil, err
	}
	q.Page = paging.Request{Order: order, Size: 100_000}
	found, err := difference.All.Page(ctx, p.app.DB.Read(ctx), q)
	return found.Rows, err
}

// reasons are why a closed month leaves differences as they are.
var reasons = map[difference.Kind]string{
	difference.Unmapped:         "Their customer was not mapped yet; charged on by hand",
	difference.Unsigned:         "Not signed off yet; charged on by hand",
	difference.UsageWithoutRule: "Usage is billed on by the project office",
}

// settle decides all differences of a month and signs it.
func (p *past) settle(ctx context.Context, month clock.Date, bill uuid.UUID) error {
	rows, err := p.open(ctx, bill)
	if err != nil {
		return err
	}
	g, each := errgroup.WithContext(ctx)
	g.SetLimit(billers)
	for _, r := range rows {
		step := difference.Step{ID: r.ID, Reason: reasons[r.Kind]}
		if step.Reason == "" {
			step.Reason = "Checked with the distributor: it was so before the ledger was kept"
		}
		if r.Kind == difference.UsageWithoutRule { // one after the other: each makes a rule
			step.EachMonth = true
			if err := p.app.Differences.Dismiss(ctx, p.me, step); err != nil {
				return err
			}
			continue
		}
		g.Go(func() error { return p.app.Differences.Dismiss(each, p.me, step) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	k := closing.Key{ProviderID: uuid.NullUUID{UUID: p.provider, Valid: true}, Month: month}
	m, err := p.app.Months.Of(ctx, k)
	if err != nil {
		return err
	}
	return p.app.Months.Sign(ctx, p.me, k, m.Digest, "All differences are explained")
}

// begin decides about some differences of the last month and leaves the others.
func (p *past) begin(ctx context.Context, _ clock.Date, bill uuid.UUID) error {
	rows, err := p.open(ctx, bill)
	if err != nil {
		return err
	}
	room := p.app.Differences
	done := map[difference.Kind]bool{}
	for _, r := range rows {
		if done[r.Kind] {
			continue
		}
		done[r.Kind] = true
		step := difference.Step{ID: r.ID}
		switch r.Kind {
		case reconcile.Price:
			step.Reference = "CASE-20417"
			err = room.Dispute(ctx, p.me, step)
		case reconcile.Currency:
			step.Reason = "The distributor bills this vendor in euros for one month"
			err = room.Dismiss(ctx, p.me, step)
		case reconcile.Quantity:
			err = room.Bill(ctx, p.me, step)
		}
		if err != nil && errs.KindOf(err) != errs.Conflict {
			return fmt.Errorf("%s of %s: %w", r.Kind, r.ExternalID, err)
		}
	}
	return nil
}
