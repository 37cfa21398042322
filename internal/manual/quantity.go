package manual

import (
	"context"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/history"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription"
	"seatledger/internal/subscription/plan"
)

// QuantityEntry is a new number of seats as a person typed it.
type QuantityEntry struct {
	Quantity    string
	EffectiveAt string // YYYY-MM-DD; today when empty
	Refund      string // of a reduction: no, yes; empty: as the setting says
	Note        string
	Version     int // of the subscription as the person saw it; 0: not asked
}

func (e QuantityEntry) read(today clock.Date) (subscription.Quantity, error) {
	problems := errs.Fields{}
	q := subscription.Quantity{On: today, Note: strings.TrimSpace(e.Note)}
	n, err := strconv.ParseInt(strings.TrimSpace(e.Quantity), 10, 32)
	if err != nil || n < 0 {
		problems.Add("quantity", "Enter a number of seats, 0 or more.")
	}
	q.Seats = int(n)
	if s := strings.TrimSpace(e.EffectiveAt); s != "" {
		if q.On, err = clock.ParseDate(s); err != nil {
			problems.Add("effective_at", "Enter a date as 2026-03-31.")
		}
	}
	switch e.Refund {
	case "":
	case "yes", "no":
		yes := e.Refund == "yes"
		q.Refund = &yes
	default:
		problems.Add("refund", "Choose No refund or Apply refund.")
	}
	if len([]rune(q.Note)) > maxText {
		problems.Add("note", "This is longer than %d characters.", maxText)
	}
	return q, problems.Err()
}

// Entered is what came of a new number of seats.
type Entered struct {
	Seats int           // that the subscription has now
	Next  *plan.SeatRow // the row behind it that was written anew; nil: none
}

// SetQuantity changes the seats of a manual provider's subscription and writes the
// row, dated as typed, also before later ones (RULES 1 and 2). errs.Conflict where a
// connector reads the seats.
func (s Service) SetQuantity(ctx context.Context, by audit.Actor, id uuid.UUID, e QuantityEntry) (Entered, error) {
	var out Entered
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		was, err := subscription.Get(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := ByHand(ctx, tx, was.ProviderID); err != nil {
			return err
		}
		q, err := e.read(clock.Today(s.Clock, s.Zone))
		if err != nil {
			return err
		}
		h, err := history.One(ctx, tx, id)
		if err != nil {
			return err
		}
		act := subscription.Act{ID: id, Version: e.Version, Origin: s.origin(by, ledger.FromPerson), Zone: s.Zone}
		now, err := subscription.SetQuantity(ctx, tx, act, q)
		out = Entered{Seats: now.Quantity}
		if err != nil || now.Version == was.Version {
			return err
		}
		enter := plan.EnterSeats(plan.SeatRows(h), q.On, q.Seats)
		out.Next = enter.Next
		if err := s.Reviews.Refresh(ctx, tx, []uuid.UUID{id}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{
			Action: "subscription.quantity_changed", ObjectType: "subscription", ObjectID: id.String(),
			ObjectName: now.ProductName,
			Before:     map[string]any{"quantity": was.Quantity},
			After: map[string]any{"quantity": now.Quantity, "entered": q.Seats, "change": enter.Delta,
				"refund": e.Refund, "effective_at": q.On.String(), "note": q.Note},
		})
	})
	return out, err
}
