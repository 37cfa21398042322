package subscription

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/history"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription/plan"
)

// Correction is a row of seats as it should have been, or that it should not be.
type Correction struct {
	ChangeID uuid.UUID
	Seats    *int       // the quantity that it reaches; nil: it changes as many seats as before
	On       clock.Date // zero: as it was
	Refund   *bool      // of a reduction; nil: as it was
	SetAside bool
	Note     string
}

// CorrectChange sets a row of seats aside and, unless it only goes, writes it anew in
// its place (RULES 1 and 2). With a quantity, and when a row goes, the row behind it
// still reaches what it reached. What the old row had charged is credited whatever the
// refund setting. errs.Conflict for a row that does not count, and where only the
// distributor can say how many seats there are.
func CorrectChange(ctx context.Context, tx *gorm.DB, a Act, c Correction) (Subscription, error) {
	byHand, err := enteredByHand(ctx, tx, a)
	if err != nil {
		return Subscription{}, err
	}
	var k correcting
	now, err := actOnPrice(ctx, tx, a, func(s plan.Current, h history.History) (plan.Plan, error) {
		var err error
		if k, err = c.plan(s, h, a.Today(), byHand); err != nil {
			return plan.Plan{}, err
		}
		if c.Refund != nil {
			if k.refund, err = refundOf(ctx, tx, contractOn(h, s.Subscription, k.on), c.Refund); err != nil {
				return plan.Plan{}, err
			}
		}
		d := s.Draft()
		d.Touched = true
		if k.present != nil {
			d.Row.Quantity = *k.present
		}
		return d.Finish(&s.Subscription), nil
	})
	if err != nil {
		return now, err
	}
	if err := k.write(ctx, tx, a, c); err != nil {
		return now, err
	}
	return Get(ctx, tx, a.ID)
}

// correcting is what a correction writes.
type correcting struct {
	row     plan.SeatRow
	on      clock.Date
	delta   int
	refund  bool
	others  []rewrite // rows that are written anew so that they still reach what they reached
	present *int      // the quantity of today, where that is another
}

type rewrite struct {
	row   plan.SeatRow
	delta int
	after bool // it follows the corrected row
}

func (c Correction) plan(s plan.Current, h history.History, today clock.Date, byHand bool) (correcting, error) {
	rows := plan.SeatRows(h)
	i := slices.IndexFunc(rows, func(r plan.SeatRow) bool { return r.ID == c.ChangeID })
	if i < 0 {
		return correcting{}, errs.New(errs.Conflict,
			"This row does not count: it was set aside already, or changes no seats. Nothing was changed; "+
				"look at the row that took its place.")
	}
	k := correcting{row: rows[i], on: rows[i].On, delta: rows[i].Delta, refund: rows[i].Refund}
	if !c.On.IsZero() {
		k.on = c.On
	}
	if err := c.check(s, h, k, today); err != nil {
		return k, err
	}
	if c.Seats == nil && !c.SetAside {
		return k, fits(plan.WithoutRow(rows, k.row), k)
	}
	k.absorb(c, plan.WithoutRow(rows, k.row), s.LedgerQuantity)
	if k.present != nil && (!byHand || s.State == Inactive) {
		return k, errs.New(errs.Conflict,
			"How many seats there are now comes from the distributor, so the last row stays. "+
				"Correct its day, or an earlier row; nothing was changed.")
	}
	return k, nil
}

func (c Correction) check(s plan.Current, h history.History, k correcting, today clock.Date) error {
	switch {
	case s.Frozen():
		return errs.New(errs.Conflict,
			"The cut-over has frozen this subscription: from its switch day the new provider's seats count. "+
				"Nothing was changed.")
	case c.Note == "":
		return errs.Fields{"note": "Say why; it stays with the row."}.Err()
	case c.Seats != nil && *c.Seats < 0:
		return errs.Fields{"quantity": "Enter a number of seats, 0 or more."}.Err()
	case c.SetAside && k.row.Event == ledger.Create:
		return errs.New(errs.Conflict,
			"The row that begins the subscription stays: correct its day or its seats instead. Nothing was changed.")
	case !c.SetAside && k.row.Event != ledger.Create && !c.On.IsZero():
		return plan.Typable(h, k.on, today)
	}
	return nil
}

// absorb lets the other rows still reach what they reached: those whose step thereby changes are written anew.
func (k *correcting) absorb(c Correction, others []plan.SeatRow, now int) {
	seats, placed := 0, c.SetAside
	place := func() {
		k.delta = *c.Seats - seats
		seats, placed = *c.Seats, true
	}
	follows := false
	for _, r := range others {
		if !placed && (r.On.After(k.on) || r.On == k.on && r.Place.Compare(k.row.Place) > 0) {
			place()
			follows = true
		}
		if step := r.Reached - seats; step != r.Delta {
			k.others = append(k.others, rewrite{row: r, delta: step, after: follows})
		}
		seats, follows = r.Reached, false
	}
	if !placed {
		place()
	}
	if seats != now {
		k.present = &seats
	}
}

// fits refuses a day on which the row, with as many seats as before, would leave some day with fewer than none.
func fits(others []plan.SeatRow, k correcting) error {
	moved := k.row
	moved.On = k.on
	if day := plan.FirstBelowZero(others, moved); !day.IsZero() {
		return errs.Fields{"effective_at": fmt.Sprintf("With this date fewer than zero seats would be left on %s.",
			day)}.Err()
	}
	if len(others) == 0 {
		return nil
	}
	switch first := others[0].On; {
	case k.row.Event == ledger.Create && k.on.After(first):
		return errs.Fields{"effective_at": fmt.Sprintf("It cannot begin after %s, when its seats changed.",
			first)}.Err()
	case k.row.Event != ledger.Create && k.on.Before(first):
		return errs.Fields{"effective_at": fmt.Sprintf("The subscription begins on %s.", first)}.Err()
	}
	return nil
}

func (k correcting) write(ctx context.Context, tx *gorm.DB, a Act, c Correction) error {
	because := uuid.NullUUID{}
	if c.SetAside {
		if err := ledger.SetAside(ctx, tx, a.Origin.By, "set aside: "+c.Note, k.row.ID); err != nil {
			return err
		}
	} else {
		id, err := ledger.Rewrite(ctx, tx, ledger.Rewriting{
			Row: k.row.ID, On: k.on, Delta: k.delta, Reached: c.Seats, Refund: k.refund, Why: "corrected: " + c.Note,
			Note: c.Note, Origin: a.Origin,
		})
		if err != nil {
			return err
		}
		because = set(id)
	}
	for _, o := range k.others {
		r := ledger.Rewriting{
			Row: o.row.ID, On: o.row.On, Delta: o.delta, Reached: &o.row.Reached, Refund: o.row.Refund,
			Origin: a.Origin,
			Why:    "a row before it was corrected", Note: fmt.Sprintf("still reaches %d seats", o.row.Reached),
		}
		if o.after {
			r.WrittenFor = because
		}
		if _, err := ledger.Rewrite(ctx, tx, r); err != nil {
			return err
		}
	}
	return nil
}
