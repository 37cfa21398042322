package renewal

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// Service keeps decisions and tells of what comes near.
type Service struct {
	DB    *postgres.DB
	Clock clock.Clock
	Today func() clock.Date
}

// Answer is what a person decides about one row.
type Answer struct {
	Subscription uuid.UUID
	Day          clock.Date
	Decision     Decision
	Seats        *int // what is to be left
	Owner        string
	Note         string
	Done         bool
	Version      int // of the decision as the person saw it; 0: there was none
}

// LongestNote is how many characters a note may have, and LongestOwner the name of an owner.
const (
	LongestNote  = 2000
	LongestOwner = 200
)

// One reads the row of a subscription and day; errs.NotFound where there is none.
func One(ctx context.Context, db *gorm.DB, subscription uuid.UUID, day clock.Date) (Row, error) {
	rows, err := All(day).Some(ctx, db, "r.subscription_id = ? AND r.day = ?", "r.what <> 'reduce'", subscription, day)
	if err == nil && len(rows) == 0 {
		err = errs.New(errs.NotFound, "Nothing ends, renews or can be reduced on that day. Its date may have changed.")
	}
	if err != nil {
		return Row{}, err
	}
	return rows[0], nil
}

// Decide keeps a decision. It changes no price and no seat, and sends nothing.
func (s Service) Decide(ctx context.Context, by audit.Actor, a Answer) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := tx.WithContext(ctx).Exec(`SELECT FROM subscriptions WHERE id = ? FOR NO KEY UPDATE`,
			a.Subscription).Error; err != nil {
			return fmt.Errorf("lock subscription: %w", err)
		}
		was, err := One(ctx, tx, a.Subscription, a.Day)
		if err != nil {
			return err
		}
		if err := a.check(was); err != nil {
			return err
		}
		if was.Version != a.Version {
			return errs.Newf(errs.Conflict, "%s decided this meanwhile: %s. Look at it again; nothing was changed.",
				was.DecidedBy, was.Decision.Words())
		}
		err = tx.WithContext(ctx).Exec(`INSERT INTO renewal_decisions (subscription_id, day, decision, seats, owner,
				note, done, decided_by, decided_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (subscription_id, day) DO UPDATE SET decision = excluded.decision, seats = excluded.seats,
				owner = excluded.owner, note = excluded.note, done = excluded.done, decided_by = excluded.decided_by,
				decided_at = excluded.decided_at, version = renewal_decisions.version + 1`,
			a.Subscription, a.Day, a.Decision, a.Seats, a.Owner, a.Note, a.Done, by.Name, s.Clock.Now()).Error
		if err != nil {
			return fmt.Errorf("keep decision: %w", err)
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "renewal.decided", ObjectType: "subscription",
			ObjectID: a.Subscription.String(), ObjectName: was.Name(),
			Before: said(was.Day, was.Decision, was.LeftSeats, was.Owner, was.Note, was.Done),
			After:  said(a.Day, a.Decision, a.Seats, a.Owner, a.Note, a.Done)})
	})
}

func said(day clock.Date, d Decision, seats *int, owner, note string, done bool) map[string]any {
	out := map[string]any{"day": day.String(), "decision": d, "owner": owner, "note": note, "done": done}
	if seats != nil {
		out["left_seats"] = *seats
	}
	return out
}

func (a Answer) check(r Row) error {
	problems := errs.Fields{}
	switch a.Decision {
	case None, Keep, AskFirst:
	case TakeList:
		if !r.ListPrice.Valid {
			problems.Add("decision", "The contract's price list has no price of this product, term and frequency on "+
				"that day.")
		}
	case ReduceTo:
		switch {
		case a.Seats == nil:
			problems.Add("seats", "Enter how many seats are to be left.")
		case *a.Seats < 0 || *a.Seats >= r.Seats:
			problems.Add("seats", "It has %d seats; a reduction leaves fewer, down to 0.", r.Seats)
		}
		if r.What == Ends {
			problems.Add("decision", "It ends on that day, so there is nothing to reduce.")
		}
	default:
		problems.Add("decision", "Choose one of the decisions.")
	}
	if a.Decision != ReduceTo && a.Seats != nil {
		problems.Add("seats", "Only a reduction has seats that are to be left.")
	}
	if len([]rune(a.Note)) > LongestNote {
		problems.Add("note", "The note is longer than %d characters.", LongestNote)
	}
	if len([]rune(a.Owner)) > LongestOwner {
		problems.Add("owner", "The name is longer than %d characters.", LongestOwner)
	}
	return problems.Err()
}

// Name is what a person calls the subscription.
func (r Row) Name() string {
	if r.Product == "" {
		return r.ExternalID
	}
	return r.Product
}

var decisionWords = map[Decision]string{None: "to decide", Keep: "keep", TakeList: "take the list price",
	AskFirst: "ask the customer", ReduceTo: "reduce"}

// Words says the decision in plain words.
func (d Decision) Words() string { return decisionWords[d] }

// Todo tells whether somebody still has to do what was decided.
func (r Row) Todo() bool { return !r.Done && r.Decision != None && r.Decision != Keep }

// Letter is the text for the distributor about a reduction; empty where none was decided. A person sends it.
func (r Row) Letter() string {
	if r.Decision != ReduceTo || r.LeftSeats == nil {
		return ""
	}
	when := fmt.Sprintf("at its renewal on %s", r.Day)
	if r.What == Reduce {
		when = fmt.Sprintf("within the 168 hours after its start or renewal on %s, which end about %s",
			r.ReduceFrom, r.Day)
	}
	return fmt.Sprintf("Please reduce this subscription from %d to %d seats %s.\n\nCustomer: %s\nSubscription: %s\n"+
		"Product: %s\nPart number: %s\n", r.Seats, *r.LeftSeats, when, r.CRMAccount, r.ExternalID, r.Product,
		r.PartNumber)
}
