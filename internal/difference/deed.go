package difference

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
	"seatledger/internal/selection"
)

// What the deeds of this room are called.
const (
	DismissDeed = "dismiss-differences"
	DisputeDeed = "dispute-differences"
	BillDeed    = "bill-differences"
	AcceptDeed  = "accept-differences"
)

// Deeds are what can be done about many differences.
func (s Service) Deeds() []selection.Deed {
	none := func(Step) error { return nil }
	return []selection.Deed{
		deed{s, DismissDeed, func(Row) string { return "" },
			func(step Step) error { _, err := step.dismissal(s.today()); return err }, s.dismiss},
		deed{s, DisputeDeed, func(r Row) string {
			if r.Once.Sign() <= 0 {
				return "nothing is charged too much"
			}
			return ""
		}, none, s.dispute},
		deed{s, BillDeed, notBillable, none, s.bill},
		deed{s, AcceptDeed, notAcceptable, none, s.accept},
	}
}

// deed is a step for many.
type deed struct {
	Service
	name  string
	may   func(Row) string // why not; empty: it may
	check func(Step) error // what was typed
	do    func(ctx context.Context, tx *gorm.DB, by audit.Actor, step Step) (audit.Event, error)
}

// Name is what the deed is called.
func (d deed) Name() string { return d.name }

// List is the list of differences.
func (deed) List() string { return All.Name }

// Chunk is how many are looked at or done in one transaction.
func (deed) Chunk() int { return 50 }

// Marks are the versions.
func (deed) Marks(ctx context.Context, db *gorm.DB, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	var rows []struct {
		ID      uuid.UUID
		Version int
	}
	err := db.WithContext(ctx).Raw(`SELECT id, version FROM differences WHERE id = ANY (CAST(? AS uuid[]))`,
		postgres.IDs(ids)).Scan(&rows).Error
	out := make(map[uuid.UUID]string, len(rows))
	for _, r := range rows {
		out[r.ID] = fmt.Sprint(r.Version)
	}
	return out, err
}

func stepOf(p selection.Params) Step {
	return Step{Reason: p["reason"], Until: p["until"], EachMonth: p["each_month"] == "on", Reference: p["reference"],
		On: p["effective_at"]}
}

// Check refuses what was typed before anything is looked at.
func (d deed) Check(_ context.Context, _ *gorm.DB, p selection.Params) error {
	if d.name == DismissDeed && p["reason"] == "" {
		return nil // it is asked for on the preview
	}
	return d.check(stepOf(p))
}

// Look says about which it would be decided, with their money.
func (d deed) Look(ctx context.Context, db *gorm.DB, _ selection.Work,
	records []selection.Record) ([]selection.Seen, error) {
	ids := make(postgres.IDs, len(records))
	for i, r := range records {
		ids[i] = r.ID
	}
	rows, err := All.Some(ctx, db, "d.id = ANY (CAST(? AS uuid[]))", "d.id", ids)
	if err != nil {
		return nil, err
	}
	out := make([]selection.Seen, len(rows))
	for i, r := range rows {
		why := d.may(r)
		switch {
		case r.State != Todo:
			why = "it is " + string(r.State) + " already"
		case r.GoneAt != nil:
			why = "it is gone"
		}
		out[i] = selection.Seen{ID: r.ID, Name: r.Name(), Sub: r.Customer, Will: why == "", Kind: why,
			Amount: decimal.NewNullDecimal(r.Once), Currency: r.Currency}
	}
	return out, nil
}

// Do decides about each that stands as it was shown.
func (d deed) Do(ctx context.Context, tx *gorm.DB, by audit.Actor, w selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	return selection.Each(tx, items, func(tx *gorm.DB, i selection.Item) (selection.Result, error) {
		step := stepOf(w.Params)
		step.ID = i.RecordID
		if d.name == AcceptDeed && step.On == "" { // each from the day on which it began
			r, err := Get(ctx, tx, i.RecordID)
			if err != nil {
				return selection.Result{}, err
			}
			step.On = r.Since.String()
		}
		if err := d.still(ctx, tx, i); err != nil {
			return selection.Result{}, err
		}
		e, err := d.do(ctx, tx, by, step)
		if fields := errs.FieldsOf(err); len(fields) > 0 {
			for _, says := range fields {
				return selection.Result{Refused: says}, nil
			}
		}
		return selection.Result{Events: []audit.Event{e}}, err
	})
}

func (d deed) still(ctx context.Context, tx *gorm.DB, i selection.Item) error {
	if i.Mark == "" {
		return nil
	}
	now, err := d.Marks(ctx, tx, []uuid.UUID{i.RecordID})
	if err == nil && now[i.RecordID] != i.Mark {
		return errs.New(errs.Conflict, "somebody changed it since it was shown")
	}
	return err
}

// Undo takes the decisions back that still stand.
func (d deed) Undo(ctx context.Context, tx *gorm.DB, by audit.Actor, _ selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	return selection.Each(tx, items, func(tx *gorm.DB, i selection.Item) (selection.Result, error) {
		e, err := d.undo(ctx, tx, by, Step{ID: i.RecordID})
		return selection.Result{Events: []audit.Event{e}}, err
	})
}
