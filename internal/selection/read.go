package selection

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/errs"
)

const workColumns = `id, deed, list, filter, params, step, digest, at, actor, actor_id, done_at, done_by, done_by_id,
	undo_at, undo_by, undo_by_id`

// Get reads a piece of work; errs.NotFound if there is none.
func Get(ctx context.Context, db *gorm.DB, id uuid.UUID) (Work, error) {
	return get(ctx, db, id, "")
}

// lock is Get, and holds it until commit.
func lock(ctx context.Context, tx *gorm.DB, id uuid.UUID) (Work, error) {
	return get(ctx, tx, id, " FOR UPDATE")
}

func get(ctx context.Context, db *gorm.DB, id uuid.UUID, how string) (Work, error) {
	var all []Work
	err := db.WithContext(ctx).Raw(`SELECT `+workColumns+` FROM bulk_works WHERE id = ?`+how, id).Scan(&all).Error
	if err != nil {
		return Work{}, fmt.Errorf("read bulk work: %w", err)
	}
	if len(all) == 0 {
		return Work{}, errs.New(errs.NotFound, "There is no such bulk work. Previews that nobody confirmed are "+
			"thrown away after a week.")
	}
	return all[0], nil
}

// Counts is how many records of a work stand where.
type Counts struct {
	Unseen, Will, Wont     int
	Waiting, Done, Skipped int
	Undoing, Undone, Kept  int
	Seats                  int    // of those that will be, are being or were done
	Kinds                  []Kind `gorm:"-"`
	Sums                   []Sum  `gorm:"-"`
	Unpriced               int    // of them without a known amount
}

// Kind is a group of records that the preview counts together.
type Kind struct {
	Will bool
	Kind string
	N    int
}

// Sum is the money of one currency.
type Sum struct {
	Currency string
	Amount   decimal.Decimal
	Was      decimal.NullDecimal // what it comes to before; none where the deed changes no amount
}

// Total is how many records the work has.
func (c Counts) Total() int {
	return c.Unseen + c.Will + c.Wont + c.Waiting + c.Done + c.Skipped + c.Undoing + c.Undone + c.Kept
}

// Left is how many are still to be looked at, done or taken back.
func (c Counts) Left() int { return c.Unseen + c.Waiting + c.Undoing }

// Did is how many were done, whatever became of them after.
func (c Counts) Did() int { return c.Done + c.Undoing + c.Undone + c.Kept }

// CountsOf counts a work's records and adds up its money.
func CountsOf(ctx context.Context, db *gorm.DB, id uuid.UUID) (Counts, error) {
	var c Counts
	db = db.WithContext(ctx)
	err := db.Raw(`SELECT count(*) FILTER (WHERE state = 'unseen') AS unseen,
			count(*) FILTER (WHERE state = 'will') AS will, count(*) FILTER (WHERE state = 'wont') AS wont,
			count(*) FILTER (WHERE state = 'waiting') AS waiting, count(*) FILTER (WHERE state = 'done') AS done,
			count(*) FILTER (WHERE state = 'skipped') AS skipped, count(*) FILTER (WHERE state = 'undoing') AS undoing,
			count(*) FILTER (WHERE state = 'undone') AS undone, count(*) FILTER (WHERE state = 'kept') AS kept,
			coalesce(sum(seats) FILTER (WHERE state NOT IN ('wont', 'skipped')), 0) AS seats,
			count(*) FILTER (WHERE state NOT IN ('wont', 'skipped') AND amount IS NULL AND seats <> 0) AS unpriced
		FROM bulk_items WHERE work_id = ?`, id).Scan(&c).Error
	if err != nil {
		return c, fmt.Errorf("count bulk work: %w", err)
	}
	err = db.Raw(`SELECT state <> 'wont' AS will, kind, count(*) AS n FROM bulk_items
		WHERE work_id = ? AND kind <> '' AND state <> 'unseen'
		GROUP BY 1, 2 ORDER BY 1 DESC, 3 DESC, 2`, id).Scan(&c.Kinds).Error
	if err != nil {
		return c, fmt.Errorf("count bulk work: %w", err)
	}
	err = db.Raw(`SELECT currency, coalesce(sum(amount), 0) AS amount, sum(was) AS was FROM bulk_items
		WHERE work_id = ? AND (amount IS NOT NULL OR was IS NOT NULL) AND currency <> ''
		AND state NOT IN ('wont', 'skipped')
		GROUP BY currency ORDER BY currency`, id).Scan(&c.Sums).Error
	if err != nil {
		return c, fmt.Errorf("money of bulk work: %w", err)
	}
	return c, nil
}

const itemColumns = `record_id, state, name, sub, mark, kind, says, seats, amount, was, currency, why, trace`

// Items are the first records of a work, what does not go as wanted before the rest.
func Items(ctx context.Context, db *gorm.DB, id uuid.UUID, most int) ([]Item, error) {
	var all []Item
	err := db.WithContext(ctx).Raw(`SELECT `+itemColumns+` FROM bulk_items WHERE work_id = ?
		ORDER BY state NOT IN ('wont', 'skipped', 'kept'), lower(name), place LIMIT ?`, id, most).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("records of bulk work: %w", err)
	}
	return all, nil
}

// EachItem hands over every record of a work, in the order in which they were chosen.
func EachItem(ctx context.Context, db *gorm.DB, id uuid.UUID, do func(Item) error) error {
	rows, err := db.WithContext(ctx).Raw(`SELECT `+itemColumns+` FROM bulk_items WHERE work_id = ? ORDER BY place`,
		id).Rows()
	if err != nil {
		return fmt.Errorf("records of bulk work: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var i Item
		if err := db.ScanRows(rows, &i); err != nil {
			return fmt.Errorf("records of bulk work: %w", err)
		}
		if err := do(i); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Latest are the latest works that were begun, of a deed or of all.
func Latest(ctx context.Context, db *gorm.DB, deed string, most int) ([]Work, error) {
	var all []Work
	err := db.WithContext(ctx).Raw(`SELECT `+workColumns+` FROM bulk_works
		WHERE step <> 'look' AND (? = '' OR deed = ?) ORDER BY at DESC, id DESC
		LIMIT ?`, deed, deed, most).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("list bulk work: %w", err)
	}
	return all, nil
}
