package subscription

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/distributor"
	"seatledger/internal/subscription/plan"
)

// work is one listing on its way into the database.
type work struct {
	Listing
	sent      []plan.Reading // as the distributor sent them
	readings  []plan.Reading // with what it no longer sends, as far as that is known
	bad       []distributor.BadRecord
	twice     []string // ids listed more than once with unlike facts
	catalogue *catalogue
	inputs    []plan.Input
	plans     []plan.Plan
}

// read brings the records into stored form. An id that comes twice with the same
// facts is one record; with different facts it is nobody's guess which is right.
func (w *work) read() {
	at := map[string]int{}
	for _, d := range w.Records {
		r, err := plan.Read(d, w.Provider)
		if err != nil {
			w.bad = append(w.bad, distributor.BadRecord{ExternalID: d.ExternalID, Reason: err.Error(), Raw: d.Raw})
			continue
		}
		first, twice := at[r.ExternalID]
		if !twice {
			at[r.ExternalID] = len(w.readings)
			w.readings = append(w.readings, r)
			continue
		}
		if w.readings[first].RawHash != r.RawHash || w.readings[first].Quantity != r.Quantity {
			w.twice = append(w.twice, d.ExternalID)
			w.bad = append(w.bad, distributor.BadRecord{ExternalID: d.ExternalID,
				Reason: "the listing has this subscription twice, with different facts", Raw: d.Raw})
		}
	}
	w.readings = slices.DeleteFunc(w.readings, func(r plan.Reading) bool {
		return slices.ContainsFunc(w.bad, func(b distributor.BadRecord) bool { return b.ExternalID == r.ExternalID })
	})
	w.sent = slices.Clone(w.readings)
}

func (w *work) ids() []string {
	ids := make([]string, len(w.readings))
	for i, r := range w.readings {
		ids[i] = r.ExternalID
	}
	return ids
}

// compare plans every record. The first time it only looks; the second time it
// holds the account and the rows, and looks up what the plans depend on.
func (w *work) compare(ctx context.Context, tx *gorm.DB, lock bool) error {
	if lock {
		if err := w.holdAccount(ctx, tx); err != nil {
			return err
		}
	}
	was, err := stored(ctx, tx, w.Provider.ID, w.ids(), lock)
	if err != nil {
		return err
	}
	w.keep(was)
	if err := w.products(ctx, tx, was, lock); err != nil {
		return err
	}
	w.inputs = make([]plan.Input, len(w.readings))
	for i := range w.readings {
		w.inputs[i] = plan.Input{
			Stored: was[w.readings[i].ExternalID], Reading: &w.readings[i], Provider: w.Provider, Account: w.Account,
			Log: w.Log, LogRead: slices.Contains(w.LogRead, w.readings[i].ContractNo), Seen: w.seen(), Zone: w.Zone,
		}
	}
	w.decide()
	if !lock {
		return nil
	}
	if err := w.lookUp(ctx, tx); err != nil {
		return err
	}
	w.decide()
	return nil
}

// keep puts known values in the place of what is no longer sent. What a person entered by hand is as it is entered.
func (w *work) keep(was map[string]*Subscription) {
	if w.Provider.Connector == distributor.Manual {
		return
	}
	for i, r := range w.sent {
		w.readings[i] = plan.Keep(r, was[r.ExternalID])
	}
}

func (w *work) decide() {
	w.plans = make([]plan.Plan, len(w.inputs))
	for i := range w.inputs {
		w.plans[i] = plan.Decide(w.inputs[i])
	}
}

func (w *work) differs() bool {
	return w.catalogue.unwritten() || slices.ContainsFunc(w.plans, func(p plan.Plan) bool { return !p.Empty() })
}

// holdAccount reads the mapping as it stands now, and keeps it so until commit:
// somebody may have mapped the account since the listing began.
func (w *work) holdAccount(ctx context.Context, tx *gorm.DB) error {
	a, err := heldAccount(ctx, tx, w.Account.ID)
	w.Account.State, w.Account.CRMAccountID = a.State, a.CRMAccountID
	return err
}

func heldAccount(ctx context.Context, tx *gorm.DB, id uuid.UUID) (Account, error) {
	var a Account
	err := tx.WithContext(ctx).Raw(`SELECT id, external_id, state, crm_account_id FROM provider_accounts
		WHERE id = ? FOR SHARE`, id).Scan(&a).Error
	if err == nil && a.ID == uuid.Nil {
		err = fmt.Errorf("provider account %s is not stored", id)
	}
	return a, err
}

// products ties each record to its product. A record that names what it named
// before keeps the product it has. Another writer may have added the same product a
// moment ago; then the records are resolved once more.
func (w *work) products(ctx context.Context, tx *gorm.DB, was map[string]*Subscription, write bool) error {
	var open []*plan.Reading
	for i := range w.readings {
		r := &w.readings[i]
		if s := was[r.ExternalID]; s != nil && s.ProductID.Valid && namesSame(s.Facts, r.Facts) {
			r.ProductID = s.ProductID
			continue
		}
		open = append(open, r)
	}
	for {
		var err error
		if w.catalogue, err = catalogueOf(ctx, tx, w.Provider.Connector, open); err != nil {
			return err
		}
		for _, r := range open {
			r.ProductID = w.catalogue.resolve(r.Facts)
		}
		if !write {
			return nil
		}
		again, err := w.catalogue.write(ctx, tx, w.Origin.At)
		if err != nil || !again {
			return err
		}
	}
}

func namesSame(f, o Facts) bool {
	return f.Vendor == o.Vendor && f.PartNumber == o.PartNumber && f.SKU == o.SKU && f.ProductName == o.ProductName
}

// begun are the ids of known subscriptions whose start has just become readable.
func (w *work) begun() []uuid.UUID {
	var ids []uuid.UUID
	for i, in := range w.inputs {
		if in.Stored != nil && in.Stored.Undated && !w.plans[i].Row.Undated {
			ids = append(ids, in.Stored.ID)
		}
	}
	return ids
}

func (w *work) result(touched []uuid.UUID) Result {
	r := Result{Touched: touched, Bad: w.bad, Conflicts: map[uuid.UUID][]Conflict{}}
	for _, p := range w.plans {
		switch {
		case p.New:
			r.Added++
		case p.Empty():
			r.Unchanged++
		default:
			r.Changed++
		}
		if p.Row.State == Held {
			r.Held++
		}
		if len(p.Conflicts) > 0 {
			r.Conflicts[p.Row.ID] = p.Conflicts
		}
	}
	return r
}
