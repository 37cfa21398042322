package syncing

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/notify"
	"seatledger/internal/words"
)

// namedInNotice is how many subscriptions a notice names; the run's page lists them all.
const namedInNotice = 5

// doubt is one sort of what a run found odd: the rows of its plan, and what somebody must hear of them.
type doubt struct {
	kind notify.Kind
	rows string // condition on sync_plan_rows
	says func(n int, seats int) string
}

var doubts = []doubt{
	{notify.SeatsUnusual, `state = 'applied' AND kinds && '{surge}'`, func(n, seats int) string {
		return fmt.Sprintf("Seats of %s grew tenfold at once, by %d. It was applied; look at it before it is billed.",
			words.Counted(n, "subscription"), seats)
	}},
	{notify.Moved, `state = 'applied' AND kinds && '{moved}'`, func(n, _ int) string {
		return fmt.Sprintf("%s moved to another account. Contract and sign-off were cleared.", words.Counted(n, "subscription"))
	}},
	{notify.Conflict, `state = 'conflict'`, func(n, _ int) string {
		return fmt.Sprintf("%s under two accounts, or twice with unlike facts. Nothing of it was changed.",
			words.Counted(n, "subscription is listed", "subscriptions are listed"))
	}},
	{notify.BelievedLess, `state = 'waits'`, func(n, seats int) string {
		return fmt.Sprintf("%s with %d seats not listed, and not proved gone. Nothing of it was changed; the next run "+
			"looks again.", words.Counted(n, "subscription"), seats)
	}},
}

// tellDoubts tells of what a run found odd, whoever asked for it. What was told word for word the last time is not
// told again: a conflict that lasts does not ring each night.
func (s *Service) tellDoubts(ctx context.Context, tx *gorm.DB, r Run, about notify.Event) error {
	plan := r.ID
	if r.AppliesRunID != nil {
		plan = *r.AppliesRunID
	}
	for _, d := range doubts {
		e, found, err := d.event(ctx, tx, plan, about)
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		if again, err := notify.SaidLast(ctx, tx, e); err != nil || again {
			if err != nil {
				return err
			}
			continue
		}
		if err := notify.Record(ctx, tx, s.Clock, e); err != nil {
			return err
		}
	}
	return nil
}

func (d doubt) event(ctx context.Context, tx *gorm.DB, plan uuid.UUID, e notify.Event) (notify.Event, bool, error) {
	var sum struct {
		N, Seats int
		Names    string
	}
	err := tx.WithContext(ctx).Raw(`SELECT count(*) AS n, coalesce(sum(abs(seats_after - seats_before)), 0) AS seats,
			coalesce((array_to_string((array_agg(external_id || CASE WHEN kinds && '{surge}'
				THEN ' (' || seats_before || ' to ' || seats_after || ')' ELSE '' END
				ORDER BY external_id))[1:?], ', ')), '') AS names
		FROM sync_plan_rows WHERE run_id = ? AND `+d.rows, namedInNotice, plan).Scan(&sum).Error
	if err != nil || sum.N == 0 {
		return e, false, err
	}
	e.Kind, e.Text = d.kind, strings.TrimSpace(d.says(sum.N, sum.Seats)+" "+sum.Names+more(sum.N))
	return e, true, nil
}

func more(n int) string {
	if n > namedInNotice {
		return ", …"
	}
	return "."
}
