package mapping

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
	"seatledger/internal/selection"
)

// What the deeds of this room are called.
const (
	AcceptDeed  = "map"
	ExcludeDeed = "exclude"
)

// Deeds are what this room can do to many accounts: accept what is suggested for them (provider_id, above), and
// exclude them (reason).
func (s *Service) Deeds() []selection.Deed {
	return []selection.Deed{accepting{deed{s}}, excluding{deed{s}}}
}

// deed is what both have in common: each is a decision about an account, taken back where it still is the last one.
type deed struct{ *Service }

type accepting struct{ deed }

type excluding struct{ deed }

// Name is what the deed is called.
func (accepting) Name() string { return AcceptDeed }

// Name is what the deed is called.
func (excluding) Name() string { return ExcludeDeed }

// List is the list of provider accounts.
func (deed) List() string { return "accounts" }

// Chunk is one: two who want the same CRM account never wait for each other in a circle.
func (accepting) Chunk() int { return 1 }

// Chunk is how many are excluded in one transaction.
func (excluding) Chunk() int { return 50 }

// Marks are the CRM accounts that are suggested now.
func (accepting) Marks(ctx context.Context, db *gorm.DB, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	return marks(ctx, db, ids, `coalesce((SELECT g.crm_account_id::text FROM mapping_suggestions g
		WHERE g.account_id = a.id AND g.chosen), '')`)
}

// Marks are how accounts stand, with their live invoices.
func (excluding) Marks(ctx context.Context, db *gorm.DB, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	return marks(ctx, db, ids, `concat_ws(' ', a.version, a.state, (SELECT count(*) FROM subscriptions s
		WHERE s.account_id = a.id AND `+onInvoice+`))`)
}

func marks(ctx context.Context, db *gorm.DB, ids []uuid.UUID, mark string) (map[uuid.UUID]string, error) {
	var rows []struct {
		ID   uuid.UUID
		Mark string
	}
	err := db.WithContext(ctx).Raw(`SELECT a.id, `+mark+` AS mark FROM provider_accounts a
		WHERE a.id = ANY (?::uuid[])`, postgres.IDs(ids)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("how accounts stand: %w", err)
	}
	out := make(map[uuid.UUID]string, len(rows))
	for _, r := range rows {
		out[r.ID] = r.Mark
	}
	return out, nil
}

// concerned is an account with what of it is not ended.
type concerned struct {
	ID         uuid.UUID
	Name       string
	ExternalID string
	State      account.State
	CRMAccount string // the one it has
	Wanted     string // the one it is to get
	OnInvoice  int
	Seats      int
	Amount     decimal.NullDecimal // per month, at cost
	Currency   string
	Currencies int
}

func concernedBy(ctx context.Context, db *gorm.DB, records []selection.Record) ([]concerned, error) {
	ids, wanted := make(postgres.IDs, len(records)), make(postgres.Texts, len(records))
	for i, r := range records {
		ids[i], wanted[i] = r.ID, r.Mark
	}
	var rows []concerned
	err := db.WithContext(ctx).Raw(`SELECT a.id, coalesce(nullif(a.name, ''), a.external_id) AS name, a.external_id,
			a.state, coalesce(c.name, '') AS crm_account, coalesce(n.name, '') AS wanted,
			(SELECT count(*) FROM subscriptions s WHERE s.account_id = a.id AND `+onInvoice+`) AS on_invoice,
			coalesce(m.seats, 0) AS seats, m.amount, coalesce(m.currency, '') AS currency,
			coalesce(m.currencies, 0) AS currencies
		FROM unnest(?::uuid[], ?::text[]) AS w (id, wanted) JOIN provider_accounts a ON a.id = w.id
		LEFT JOIN crm_accounts c ON c.id = a.crm_account_id
		LEFT JOIN crm_accounts n ON n.id::text = w.wanted
		LEFT JOIN LATERAL (SELECT sum(quantity) AS seats, min(cost_currency) AS currency,
				count(DISTINCT cost_currency) AS currencies,
				sum(unit_cost * quantity / CASE cost_period WHEN 'quarter' THEN 3 WHEN 'year' THEN 12
					WHEN 'three_years' THEN 36 ELSE 1 END) FILTER (WHERE cost_period NOT IN ('', 'once')) AS amount
			FROM subscriptions WHERE account_id = a.id AND state <> 'inactive') m ON true`, ids, wanted).
		Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("accounts of bulk work: %w", err)
	}
	return rows, nil
}

func (c concerned) seen() selection.Seen {
	x := selection.Seen{ID: c.ID, Name: c.Name, Sub: c.ExternalID, Will: true, Seats: c.Seats, Currency: c.Currency}
	if c.Currencies == 1 {
		x.Amount = c.Amount
	}
	return x
}

// Look says which would be mapped, and to whom.
func (accepting) Look(ctx context.Context, db *gorm.DB, _ selection.Work,
	records []selection.Record) ([]selection.Seen, error) {
	rows, err := concernedBy(ctx, db, records)
	out := make([]selection.Seen, len(rows))
	for i, c := range rows {
		out[i] = c.seen()
		out[i].Says = "to " + c.Wanted
		switch {
		case c.State != account.Unmapped:
			out[i].Will, out[i].Kind = false, "it is "+string(c.State)+" already"
		case c.Wanted == "":
			out[i].Will, out[i].Kind, out[i].Says = false, "nothing is suggested for it", ""
		}
	}
	return out, err
}

// Look says which would be excluded, with what they lose.
func (excluding) Look(ctx context.Context, db *gorm.DB, _ selection.Work,
	records []selection.Record) ([]selection.Seen, error) {
	rows, err := concernedBy(ctx, db, records)
	out := make([]selection.Seen, len(rows))
	for i, c := range rows {
		x := c.seen()
		switch {
		case c.State == account.Excluded:
			x.Will, x.Kind = false, "it is excluded already"
		case c.State == account.Mapped && c.OnInvoice > 0:
			x.Will, x.Kind = false, "its subscriptions stand on invoices that are not void"
		case c.State == account.Mapped:
			x.Kind, x.Says = "loses its CRM account", "it is mapped to "+c.CRMAccount
		default:
			x.Kind = "is not mapped"
		}
		out[i] = x
	}
	return out, err
}

// Do maps each account to the CRM account that it was shown with.
func (d accepting) Do(ctx context.Context, tx *gorm.DB, by audit.Actor, w selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	return selection.Each(tx, items, func(tx *gorm.DB, i selection.Item) (selection.Result, error) {
		customer, err := uuid.Parse(i.Mark)
		if err != nil {
			return selection.Result{}, errs.New(errs.Conflict, "nothing was suggested for it")
		}
		r, err := d.accept(ctx, tx, by, w, i.RecordID, customer)
		return r, d.named(ctx, err, i.RecordID, customer)
	})
}

func (d accepting) accept(ctx context.Context, tx *gorm.DB, by audit.Actor, w selection.Work,
	id, customer uuid.UUID) (selection.Result, error) {
	a, err := d.undecided(ctx, tx, id)
	if err != nil {
		return selection.Result{}, err
	}
	if err := stillSuggested(ctx, tx, a, customer); err != nil {
		return selection.Result{}, err
	}
	ch, err := mapTo(ctx, tx, customer)
	if err != nil {
		return selection.Result{}, err
	}
	ch.why, ch.batch = "accepted with others", w.ID
	return d.decided(ctx, tx, by, step{a, ch})
}

func (d deed) decided(ctx context.Context, tx *gorm.DB, by audit.Actor, st step) (selection.Result, error) {
	id, event, err := d.carry(ctx, tx, by, st, uuid.NullUUID{})
	return selection.Result{Trace: id.String(), Events: []audit.Event{event}}, err
}

// Do excludes each account that stands as it was shown.
func (d excluding) Do(ctx context.Context, tx *gorm.DB, by audit.Actor, w selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	all, err := account.LockAll(ctx, tx, recordsOf(items))
	if err != nil {
		return nil, err
	}
	now, err := d.Marks(ctx, tx, recordsOf(items)) // behind the locks, nobody changes what they say
	if err != nil {
		return nil, err
	}
	return selection.Each(tx, items, func(tx *gorm.DB, i selection.Item) (selection.Result, error) {
		a, there := all[i.RecordID]
		if !there {
			return selection.Result{}, account.ErrNone
		}
		if i.Mark != "" && now[a.ID] != i.Mark {
			return selection.Result{}, stale(a)
		}
		reason := w.Params["reason"]
		return d.decided(ctx, tx, by, step{a, change{action: actionExclude, state: account.Excluded, why: reason,
			reason: reason, batch: w.ID}})
	})
}

func recordsOf(items []selection.Item) []uuid.UUID {
	ids := make([]uuid.UUID, len(items))
	for n, i := range items {
		ids[n] = i.RecordID
	}
	return ids
}

// Undo takes each decision back that is still the last one about its account.
func (d deed) Undo(ctx context.Context, tx *gorm.DB, by audit.Actor, _ selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	return selection.Each(tx, items, func(tx *gorm.DB, i selection.Item) (selection.Result, error) {
		r, wanted, err := d.undo(ctx, tx, by, i)
		r.Trace = "" // what it is taken back by stays the decision
		return r, d.named(ctx, err, i.RecordID, wanted)
	})
}

func (d deed) undo(ctx context.Context, tx *gorm.DB, by audit.Actor, i selection.Item) (r selection.Result,
	wanted uuid.UUID, err error) {
	a, err := account.Lock(ctx, tx, i.RecordID)
	if err != nil {
		return r, wanted, err
	}
	last, err := lastDecision(ctx, tx, a)
	if err != nil {
		return r, wanted, err
	}
	if last.ID.String() != i.Trace {
		return r, wanted, overtaken(a)
	}
	ch, err := undoing(ctx, tx, last)
	if err != nil {
		return r, wanted, err
	}
	r, err = d.decided(ctx, tx, by, step{a, ch})
	return r, ch.crm.UUID, err
}

// stillSuggested refuses what somebody said no to, or what is suggested otherwise, since the preview.
func stillSuggested(ctx context.Context, tx *gorm.DB, a account.Account, customer uuid.UUID) error {
	var other, no bool
	err := tx.WithContext(ctx).Raw(`SELECT EXISTS (SELECT FROM mapping_suggestions s WHERE s.account_id = ? AND s.chosen
		AND s.crm_account_id <> ?),
		EXISTS (SELECT FROM mapping_refusals r WHERE r.account_id = ? AND r.crm_account_id = ? AND r.revoked_at IS NULL
		AND r.lapsed_at IS NULL)`,
		a.ID, customer, a.ID, customer).Row().Scan(&other, &no)
	switch {
	case err != nil:
		return err
	case no:
		return errs.Newf(errs.Conflict, "Somebody has said no to this CRM account for %s since the preview.", called(a))
	case other:
		return errs.Newf(errs.Conflict, "Another CRM account is suggested for %s since the preview.", called(a))
	}
	return nil
}
