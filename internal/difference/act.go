package difference

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
)

// Step is what a person does about a difference.
type Step struct {
	ID        uuid.UUID
	Version   int // as the person saw it; 0: not asked
	Reason    string
	Until     string // a day: dismissed up to it
	EachMonth bool   // dismissed also on the bills to come, as far as it is no more a month
	Reference string // of the distributor's, for a dispute
	Amount    string // to bill, where one line has no subscription; empty: what it costs
	On        string // the day from which the ledger has it
}

// The longest texts.
const (
	longestReason    = 1000
	longestReference = 200
	longestOwner     = 200
	longestNote      = 2000
)

// lock reads a difference that nobody else changes until commit.
func lock(ctx context.Context, tx *gorm.DB, id uuid.UUID, version int) (Row, error) {
	if err := tx.WithContext(ctx).Exec(`SELECT FROM differences WHERE id = ? FOR UPDATE`, id).Error; err != nil {
		return Row{}, fmt.Errorf("lock difference %s: %w", id, err)
	}
	r, err := Get(ctx, tx, id)
	if err == nil && version != 0 && version != r.Version {
		err = errs.New(errs.Conflict, "Somebody decided about this, or it was compared again, while you were at it. "+
			"Nothing was changed; look at it again.")
	}
	return r, err
}

// open is a difference that may be decided about.
func open(ctx context.Context, tx *gorm.DB, id uuid.UUID, version int) (Row, error) {
	r, err := lock(ctx, tx, id, version)
	switch {
	case err != nil:
		return r, err
	case r.State != Todo:
		return r, errs.Newf(errs.Conflict, "It is %s already, by %s. Take that back first; nothing was changed.",
			strings.ToLower(StateWords[r.State]), r.DecidedBy)
	case r.GoneAt != nil:
		return r, errs.New(errs.Conflict, "It is gone: bill, ledger and invoices agree by now. Nothing was changed.")
	}
	return r, nil
}

// decision is what a decided difference keeps.
type decision struct {
	state     State
	reason    string
	until     clock.Date
	reference string
	rule      uuid.NullUUID
	trace     trace // what it wrote, so that it can be taken back
}

func (s Service) decide(ctx context.Context, tx *gorm.DB, by audit.Actor, r Row, d decision) (audit.Event, error) {
	all, err := r.trace()
	if err != nil {
		return audit.Event{}, err
	}
	kept, err := json.Marshal(all.and(d.trace))
	if err != nil {
		return audit.Event{}, err
	}
	err = tx.WithContext(ctx).Exec(`UPDATE differences SET state = ?, reason = ?, until_on = ?, reference = ?,
		rule_id = ?,
			decided_at = ?, decided_by = ?, decided_once = once_amount, trace = nullif(CAST(? AS jsonb), '{}'),
			again_why = '',
			credit_line_id = NULL, version = version + 1 WHERE id = ?`,
		d.state, d.reason, d.until, d.reference, d.rule, s.Clock.Now(), by.Name, string(kept), r.ID).Error
	if err != nil {
		return audit.Event{}, fmt.Errorf("decide difference %s: %w", r.ID, err)
	}
	now := r
	now.State, now.Reason, now.UntilOn, now.Reference = d.state, d.reason, d.until, d.reference
	return event(string(d.state), r, now), nil
}

func event(what string, before, after Row) audit.Event {
	return audit.Event{Action: "difference." + what, ObjectType: "difference", ObjectID: before.ID.String(),
		ObjectName: before.Customer + ", " + before.Name(), Before: before.facts(), After: after.facts()}
}

func (r Row) facts() map[string]string {
	return map[string]string{"bill": r.Bill, "state": string(r.State), "reason": r.Reason,
		"until":     r.UntilOn.String(),
		"reference": r.Reference, "owner": r.Owner, "note": r.Note, "once_amount": r.Once.String(),
		"month_amount": r.Month.String(), "currency": r.Currency}
}

// alone does a step in a transaction of its own.
func (s Service) alone(ctx context.Context, by audit.Actor, do func(tx *gorm.DB) (audit.Event, error)) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		e, err := do(tx)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, e)
	})
}

// Dismiss says that a difference is right as it is, for good or up to a day, on this bill or each month.
func (s Service) Dismiss(ctx context.Context, by audit.Actor, step Step) error {
	return s.alone(ctx, by, func(tx *gorm.DB) (audit.Event, error) { return s.dismiss(ctx, tx, by, step) })
}

func (step Step) dismissal(today clock.Date) (d decision, err error) {
	problems := errs.Fields{}
	d = decision{state: Dismissed, reason: strings.TrimSpace(step.Reason)}
	if d.reason == "" {
		problems.Add("reason", "Enter why it is right as it is.")
	}
	if utf8.RuneCountInString(d.reason) > longestReason {
		problems.Add("reason", "The reason is longer than %d characters.", longestReason)
	}
	if d.until, err = clock.ParseDate(strings.TrimSpace(step.Until)); err != nil {
		problems.Add("until", "Enter a date as 2026-03-31, or leave this empty.")
	} else if !d.until.IsZero() && !d.until.After(today) {
		problems.Add("until", "This day is over. Enter a later one, or leave this empty.")
	}
	return d, problems.Err()
}

func (s Service) dismiss(ctx context.Context, tx *gorm.DB, by audit.Actor, step Step) (audit.Event, error) {
	d, err := step.dismissal(s.today())
	if err != nil {
		return audit.Event{}, err
	}
	r, err := open(ctx, tx, step.ID, step.Version)
	if err != nil {
		return audit.Event{}, err
	}
	if step.EachMonth {
		if d.rule, err = s.eachMonth(ctx, tx, by, r, d); err != nil {
			return audit.Event{}, err
		}
	}
	return s.decide(ctx, tx, by, r, d)
}

// eachMonth keeps a dismissal for the bills to come. An earlier rule about the same gives way.
func (s Service) eachMonth(ctx context.Context, tx *gorm.DB, by audit.Actor, r Row, d decision) (uuid.NullUUID,
	error) {
	tx = tx.WithContext(ctx)
	err := tx.Exec(`UPDATE difference_rules SET ended_at = ?, ended_by = ? WHERE subject = ? AND kind = ? AND
		currency = ?
		AND provider_id IS NOT DISTINCT FROM CAST(? AS uuid) AND ended_at IS NULL`,
		s.Clock.Now(), by.Name, r.Subject, r.Kind, r.Currency, r.ProviderID).Error
	if err != nil {
		return uuid.NullUUID{}, fmt.Errorf("end a rule: %w", err)
	}
	id := uuid.Must(uuid.NewV7())
	err = tx.Exec(`INSERT INTO difference_rules (id, provider_id, kind, subject, currency, month_amount,
		once_amount, reason,
			until_on, at, actor) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, r.ProviderID, r.Kind, r.Subject,
		r.Currency,
		r.Month, r.Once, d.reason, d.until, s.Clock.Now(), by.Name).Error
	if err != nil {
		return uuid.NullUUID{}, fmt.Errorf("keep a rule: %w", err)
	}
	return uuid.NullUUID{UUID: id, Valid: true}, nil
}

// Dispute says that the distributor was told; its credit is found on a later bill by itself.
func (s Service) Dispute(ctx context.Context, by audit.Actor, step Step) error {
	return s.alone(ctx, by, func(tx *gorm.DB) (audit.Event, error) { return s.dispute(ctx, tx, by, step) })
}

func (s Service) dispute(ctx context.Context, tx *gorm.DB, by audit.Actor, step Step) (audit.Event, error) {
	reference := strings.TrimSpace(step.Reference)
	if utf8.RuneCountInString(reference) > longestReference {
		return audit.Event{}, errs.Fields{"reference": fmt.Sprintf("The reference is longer than %d characters.",
			longestReference)}.Err()
	}
	r, err := open(ctx, tx, step.ID, step.Version)
	switch {
	case err != nil:
		return audit.Event{}, err
	case r.Once.Sign() <= 0:
		return audit.Event{}, errs.New(errs.Conflict,
			"The distributor charges nothing too much here, so there is nothing "+
				"to claim back. Nothing was changed.")
	}
	return s.decide(ctx, tx, by, r, decision{state: Disputed, reference: reference})
}

// Undo takes back what was decided, with what it wrote.
func (s Service) Undo(ctx context.Context, by audit.Actor, step Step) error {
	return s.alone(ctx, by, func(tx *gorm.DB) (audit.Event, error) { return s.undo(ctx, tx, by, step) })
}

func (s Service) undo(ctx context.Context, tx *gorm.DB, by audit.Actor, step Step) (audit.Event, error) {
	r, err := lock(ctx, tx, step.ID, step.Version)
	if err != nil {
		return audit.Event{}, err
	}
	if !r.Undoable() {
		return audit.Event{}, errs.New(errs.Conflict,
			"Nothing was decided about it, so there is nothing to take back.")
	}
	if r.RuleID.Valid {
		err := tx.WithContext(ctx).Exec(`UPDATE difference_rules SET ended_at = ?, ended_by = ? WHERE id = ?
			AND ended_at IS NULL`, s.Clock.Now(), by.Name, r.RuleID.UUID).Error
		if err != nil {
			return audit.Event{}, fmt.Errorf("end a rule: %w", err)
		}
	}
	if err := s.takeBack(ctx, tx, by, r); err != nil {
		return audit.Event{}, err
	}
	err = tx.WithContext(ctx).Exec(`UPDATE differences SET state = 'todo', decided_at = NULL, decided_by = '',
		reason = '',
		until_on = NULL, reference = '', rule_id = NULL, decided_once = NULL, trace = NULL, credit_line_id = NULL,
		again_why = '', version = version + 1 WHERE id = ?`, r.ID).Error
	if err != nil {
		return audit.Event{}, fmt.Errorf("take back the decision about %s: %w", r.ID, err)
	}
	now := r
	now.State, now.Reason, now.UntilOn, now.Reference = Todo, "", clock.Date{}, ""
	return event("undone", r, now), nil
}

// Assign gives a difference an owner and a note.
func (s Service) Assign(ctx context.Context, by audit.Actor, id uuid.UUID, version int, owner, note string) error {
	problems := errs.Fields{}
	owner, note = strings.TrimSpace(owner), strings.TrimSpace(note)
	if utf8.RuneCountInString(owner) > longestOwner {
		problems.Add("owner", "The name is longer than %d characters.", longestOwner)
	}
	if utf8.RuneCountInString(note) > longestNote {
		problems.Add("note", "The note is longer than %d characters.", longestNote)
	}
	if err := problems.Err(); err != nil {
		return err
	}
	return s.alone(ctx, by, func(tx *gorm.DB) (audit.Event, error) {
		r, err := lock(ctx, tx, id, version)
		if err != nil {
			return audit.Event{}, err
		}
		err = tx.WithContext(ctx).Exec(`UPDATE differences SET owner = ?, note = ?, version = version + 1 WHERE id =
		?`,
			owner, note, id).Error
		now := r
		now.Owner, now.Note = owner, note
		return event("assigned", r, now), err
	})
}

// Letter is the text for the distributor about a charge that is not right.
func (s Side) Letter() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Please look at this charge on your bill %s and credit what is too much.\n\n", s.Bill)
	for _, f := range [][2]string{{"Customer", s.Customer}, {"Subscription", s.ExternalID}, {"Product", s.Product},
		{"Part number", s.PartNumber}, {"Since", s.Since.String()}, {"What is wrong", s.Why},
		{"Too much", s.Once.String() + " " + s.Currency}, {"Your reference", s.Reference}} {
		if f[1] != "" {
			fmt.Fprintf(&b, "%s: %s\n", f[0], f[1])
		}
	}
	for _, l := range s.Lines {
		days := l.FromOn.String()
		if !l.ToOn.IsZero() {
			days += " to " + l.ToOn.AddDays(-1).String()
		}
		fmt.Fprintf(&b, "Line %s: %s, %s, quantity %s, amount %s %s\n", l.Line, l.Charge, days, number(l.Quantity),
			l.Amount, l.Currency)
	}
	return b.String()
}
