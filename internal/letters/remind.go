package letters

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/document"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/mail"
)

// firstHour is when a day's reminders go out: nobody is reminded in the night.
const firstHour = 8

// Remind queues the reminders whose stage has come. Of each stage there is one, however many processes look; what was
// overdue for longer gets the latest stage alone. Nobody is reminded of what is disputed, credited in part, or
// has not arrived.
func (s Service) Remind(ctx context.Context) error {
	db := s.DB.Read(ctx)
	r, _, err := LoadRules(ctx, db)
	if err != nil || !r.Reminders || s.Clock.Now().In(s.Zone).Hour() < firstHour {
		return err
	}
	srv, _, err := mail.Load(ctx, db)
	if err != nil || !srv.Ready() {
		return err
	}
	today := s.today()
	var ids []uuid.UUID
	err = db.Raw(`SELECT i.id FROM invoices i JOIN invoice_documents d ON d.invoice_id = i.id
		WHERE i.state = 'billed' AND i.document_of IS NULL AND d.document->>'kind' = 'invoice' AND d.gross > 0
			AND d.due_on >= ? AND d.due_on <= ? AND (SELECT coalesce(max(m.stage), 0) FROM mails m
				WHERE m.invoice_id = i.id AND m.kind = 'reminder') < ?
		ORDER BY d.due_on, i.seq`, r.RemindFrom, today.AddDays(-r.Stages[0]),
		r.Stages[len(r.Stages)-1]).Scan(&ids).Error
	if err != nil {
		return fmt.Errorf("overdue invoices: %w", err)
	}
	for _, id := range ids {
		if err := s.DB.InTx(ctx, func(tx *gorm.DB) error { return s.remind(ctx, tx, r, today, id) }); err != nil &&
			errs.KindOf(err) != errs.Conflict { // without recipients: its page says so
			return err
		}
	}
	return nil
}

// stage is the latest one that has come so many days after the due date; 0: none.
func (r Rules) stage(days int) int {
	reached := 0
	for _, n := range r.Stages {
		if n <= days {
			reached = n
		}
	}
	return reached
}

func (s Service) remind(ctx context.Context, tx *gorm.DB, r Rules, today clock.Date, id uuid.UUID) error {
	st, found, err := stands(ctx, tx, id, "FOR SHARE OF i")
	if err != nil || !found {
		return err
	}
	days := st.DueOn.DaysUntil(today)
	stage := r.stage(days)
	if stage <= st.Reminded {
		return nil
	}
	open, err := st.open(ctx, tx)
	if err != nil || st.held(open) != "" {
		return err
	}
	lead, err := invoice.Get(ctx, tx, id)
	if err != nil {
		return err
	}
	d, err := document.Of(ctx, tx, id)
	if err != nil {
		return err
	}
	to, err := recipients(ctx, tx, lead, "")
	if err != nil {
		return err
	}
	l, err := s.letter(ctx, tx, lead, d, ForReminder, asked{days: days})
	if err != nil {
		return err
	}
	l.Kind, l.To, l.Stage = mail.Reminder, to, stage
	_, fresh, err := s.Mail.Queue(ctx, tx, audit.System, l)
	if err != nil || !fresh {
		return err
	}
	return audit.Record(ctx, tx, s.Clock, audit.System, audit.Event{Action: "invoice.reminded", ObjectType: "invoice",
		ObjectID: id.String(), ObjectName: lead.Called(), After: map[string]any{"days": days, "stage": stage,
			"open": open.String(), "currency": d.Currency}})
}

// Overdue is how an invoice stands with its reminders, for its page.
type Overdue struct {
	Due      clock.Date
	Days     int    // since the due date; below 0: until it
	Held     string // why nobody is reminded of it; empty: reminders go out
	Next     clock.Date
	Disputed *Dispute
}

// Dispute is what a customer has against an invoice.
type Dispute struct {
	Why   string
	Since string
	By    string
}

// overdueOf tells how an invoice stands with its reminders; false where it asks for no payment.
func (s Service) overdueOf(ctx context.Context, db *gorm.DB, id uuid.UUID) (Overdue, bool, error) {
	st, found, err := stands(ctx, db, id, "")
	if err != nil || !found || st.State != invoice.Billed || st.Kind != string(ForInvoice) || st.DueOn.IsZero() {
		return Overdue{}, false, err
	}
	r, _, err := LoadRules(ctx, db)
	if err != nil {
		return Overdue{}, false, err
	}
	open, err := st.open(ctx, db)
	if err != nil {
		return Overdue{}, false, err
	}
	o := Overdue{Due: st.DueOn, Days: st.DueOn.DaysUntil(s.today()), Held: st.held(open)}
	switch {
	case o.Held != "":
	case !r.Reminders:
		o.Held = "No reminders are sent. An administrator switches them on under Settings, Mail."
	case st.DueOn.Before(r.RemindFrom):
		o.Held = "It was due before " + r.RemindFrom.String() + ", from when on reminders are sent."
	default:
		for _, n := range r.Stages {
			if n > st.Reminded {
				o.Next = st.DueOn.AddDays(n)
				break
			}
		}
	}
	o.Disputed, err = disputeOf(ctx, db, id, s)
	return o, true, err
}

func disputeOf(ctx context.Context, db *gorm.DB, id uuid.UUID, s Service) (*Dispute, error) {
	var found []Dispute
	err := db.WithContext(ctx).Raw(`SELECT why, (since AT TIME ZONE ?)::date::text AS since, by FROM invoice_disputes
		WHERE invoice_id = ?`, s.Zone.String(), id).Scan(&found).Error
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// SayDisputed notes that the customer disputes an invoice: nobody is reminded of it until that is settled.
func (s Service) SayDisputed(ctx context.Context, by audit.Actor, id uuid.UUID, why string) error {
	why = mail.Line(why)
	problems := errs.Fields{}
	if why == "" || len(why) > maxWhy {
		problems.Add("why", "Say in at most %d characters what the customer disputes.", maxWhy)
	}
	if err := problems.Err(); err != nil {
		return err
	}
	return s.dispute(ctx, by, id, func(tx *gorm.DB, lead invoice.Invoice) (string, int64, error) {
		if lead.State != invoice.Billed {
			return "", 0, errs.Newf(errs.Conflict, "%s is %s; only what is still to be paid can be disputed. "+
				"Nothing was changed.", lead.Called(), lead.State)
		}
		done := tx.Exec(`INSERT INTO invoice_disputes (invoice_id, why, since, by) VALUES (?, ?, ?, ?)
			ON CONFLICT (invoice_id) DO UPDATE SET why = excluded.why`, lead.ID, why, s.Clock.Now(), by.Name)
		return "invoice.disputed", done.RowsAffected, done.Error
	}, map[string]any{"why": why})
}

// SettleDispute notes that a dispute is over.
func (s Service) SettleDispute(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	return s.dispute(ctx, by, id, func(tx *gorm.DB, lead invoice.Invoice) (string, int64, error) {
		done := tx.Exec(`DELETE FROM invoice_disputes WHERE invoice_id = ?`, lead.ID)
		return "invoice.dispute_settled", done.RowsAffected, done.Error
	}, nil)
}

func (s Service) dispute(ctx context.Context, by audit.Actor, id uuid.UUID,
	do func(tx *gorm.DB, lead invoice.Invoice) (string, int64, error), after any) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		lead, err := leadOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if lead, err = invoice.Locked(ctx, tx, lead.ID, 0); err != nil {
			return err
		}
		action, rows, err := do(tx, lead)
		if err != nil || rows == 0 {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: action, ObjectType: "invoice",
			ObjectID: lead.ID.String(), ObjectName: lead.Called(), After: after})
	})
}
