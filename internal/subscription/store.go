package subscription

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/postgres"
	"seatledger/internal/subscription/plan"
)

// Get reads one subscription; errs.NotFound if there is none.
func Get(ctx context.Context, db *gorm.DB, id uuid.UUID) (Subscription, error) {
	return one(load(ctx, db, "s.id = ?", id))
}

// Lock reads one for a change, and keeps others from changing it until commit.
func Lock(ctx context.Context, tx *gorm.DB, id uuid.UUID) (Subscription, error) {
	return one(load(ctx, tx, "s.id = ? FOR UPDATE OF s", id))
}

func one(rows []Subscription, err error) (Subscription, error) {
	if err == nil && len(rows) == 0 {
		err = errs.New(errs.NotFound, "There is no such subscription.")
	}
	if err != nil {
		return Subscription{}, err
	}
	return rows[0], nil
}

// lockMany locks in the order of ids, so that two writers cannot wait for each other in a circle.
func lockMany(ctx context.Context, tx *gorm.DB, ids []uuid.UUID) ([]Subscription, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return load(ctx, tx, "s.id IN (?) ORDER BY s.id FOR UPDATE OF s", ids)
}

// lockAccount locks all subscriptions of an account.
func lockAccount(ctx context.Context, tx *gorm.DB, accountID uuid.UUID) ([]Subscription, error) {
	return load(ctx, tx, "s.account_id = ? ORDER BY s.id FOR UPDATE OF s", accountID)
}

// stored reads the subscriptions that a listing names, also those that another
// account had until now, keyed by the distributor's id.
func stored(ctx context.Context, db *gorm.DB, providerID uuid.UUID, external []string,
	lock bool) (map[string]*Subscription, error) {
	// Each is looked up: a plan that was kept while the table was small would read all of it for ten.
	condition := "s.provider_id = ? AND s.external_id = ANY (?::text[]) ORDER BY s.id"
	if lock {
		condition += " FOR UPDATE OF s"
	}
	rows, err := load(ctx, db, condition, providerID, postgres.Texts(external))
	byID := make(map[string]*Subscription, len(rows))
	for i := range rows {
		byID[rows[i].ExternalID] = &rows[i]
	}
	return byID, err
}

func load(ctx context.Context, db *gorm.DB, condition string, args ...any) ([]Subscription, error) {
	var rows []Subscription
	err := db.WithContext(ctx).Raw("SELECT "+readable()+" FROM subscriptions s WHERE "+condition,
		args...).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read subscriptions: %w", err)
	}
	return rows, nil
}

// apply writes plans within the caller's transaction: new rows, changed rows and
// ledger rows, each in one statement. Empty plans write nothing. It gives the ids written.
func apply(ctx context.Context, tx *gorm.DB, o ledger.Origin, plans []plan.Plan) ([]uuid.UUID, error) {
	var fresh, changed []*Subscription
	var entries []ledger.Change
	var touched []uuid.UUID
	for i := range plans {
		p := &plans[i]
		if p.Empty() {
			continue
		}
		name(p)
		touched = append(touched, p.Row.ID)
		entries = append(entries, p.Entries...)
		switch {
		case p.New:
			fresh = append(fresh, &p.Row)
		case p.Changed:
			changed = append(changed, &p.Row)
		}
	}
	if err := insert(ctx, tx, fresh, o.At); err != nil {
		return nil, err
	}
	if err := update(ctx, tx, changed, o.At); err != nil {
		return nil, err
	}
	if err := ledger.Append(ctx, tx, o, entries); err != nil {
		return nil, err
	}
	return touched, settlePrices(ctx, tx, o, plans)
}

// name gives a new subscription its id, and its ledger rows with it.
func name(p *plan.Plan) {
	if p.Row.ID == uuid.Nil {
		p.Row.ID = uuid.Must(uuid.NewV7())
	}
	for i := range p.Entries {
		p.Entries[i].SubscriptionID = p.Row.ID
	}
}

func insert(ctx context.Context, tx *gorm.DB, rows []*Subscription, now time.Time) error {
	if len(rows) == 0 {
		return nil
	}
	cols := append(identity(), written()...)
	doc, err := document(rows, cols, now)
	if err != nil {
		return fmt.Errorf("store subscriptions: %w", err)
	}
	err = tx.WithContext(ctx).Exec("INSERT INTO subscriptions ("+names(cols, "")+", raw) SELECT "+names(cols, "v.")+
		", v.raw FROM jsonb_populate_recordset(null::subscriptions, ?::jsonb) v", doc).Error
	if err != nil {
		return fmt.Errorf("store subscriptions: %w", err)
	}
	return nil
}

func update(ctx context.Context, tx *gorm.DB, rows []*Subscription, now time.Time) error {
	if len(rows) == 0 {
		return nil
	}
	cols := written()
	doc, err := document(rows, append(cols, identity()[0]), now)
	if err != nil {
		return fmt.Errorf("change subscriptions: %w", err)
	}
	err = tx.WithContext(ctx).Exec("UPDATE subscriptions s SET ("+names(cols,
		"")+", raw, review) = ("+names(cols, "v.")+
		", coalesce(v.raw, s.raw), CASE WHEN v.state = 'inactive' OR v.account_id <> s.account_id THEN NULL ELSE "+
		"s.review END)"+
		" FROM jsonb_populate_recordset(null::subscriptions, ?::jsonb) v WHERE s.id = v.id", doc).Error
	if err != nil {
		return fmt.Errorf("change subscriptions: %w", err)
	}
	return nil
}
