package cutover

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/errs"
	"seatledger/internal/impact"
	"seatledger/internal/postgres"
	"seatledger/internal/subscription"
)

// Lacking is the conflict of a step for which something is missing.
type Lacking struct{ Checks []Check }

func (l Lacking) Error() string { return l.conflict().Error() }

// Unwrap gives the conflict with all that is missing in one text.
func (l Lacking) Unwrap() error { return l.conflict() }

func (l Lacking) conflict() *errs.Error {
	says := make([]string, 0, len(l.Checks))
	for _, c := range l.Checks {
		says = append(says, c.Says)
	}
	return errs.New(errs.Conflict, strings.Join(says, " ")+" Nothing was changed.")
}

// refuse makes one conflict of what is missing; nil when nothing is.
func refuse(missing []Check, err error) error {
	if err != nil || len(missing) == 0 {
		return err
	}
	return Lacking{missing}
}

// readiness is a customer of a run with both sides, as the checks read it.
type readiness struct {
	sides
	customer Customer
}

// missing is what must be fulfilled before a customer's next step.
func (s readiness) missing(ctx context.Context, db *gorm.DB, next pairing.Step) ([]Check, error) {
	if gone := s.strayed(); len(gone) > 0 {
		return gone, nil
	}
	switch next {
	case pairing.Confirmed:
		return s.beforeConfirming(ctx, db)
	case pairing.Reassigned:
		return s.unbilled(ctx, db)
	case pairing.Retired:
		return s.beforeRetiring(ctx, db)
	}
	return nil, nil
}

func (s readiness) beforeConfirming(ctx context.Context, db *gorm.DB) ([]Check, error) {
	var out []Check
	if s.customer.SwitchDay.IsZero() {
		out = append(out, Check{Says: "Set the switch day: the first day that belongs to the new subscriptions."})
	}
	out = append(out, s.undecidedChecks()...)
	if len(s.Pairs) == 0 && len(out) == 0 {
		out = append(out, Check{Says: "Nothing is decided for this customer, so there is nothing to confirm."})
	}
	late, err := s.late(ctx, db)
	if err != nil {
		return nil, err
	}
	billed, err := s.newBilled(ctx, db)
	out = append(append(out, late...), billed...)
	for _, t := range s.twins() {
		if t.new.State == subscription.Inactive && t.new.DeactivatedBy != subscription.ByProvider {
			out = append(out, Check{fmt.Sprintf("%s (%s) at the new provider was deactivated by hand. "+
				"Activate it again, or take the decision back.", t.new.Called(), t.new.ExternalID),
				subscriptionLink(t.new.ID)})
		}
	}
	return out, err
}

func (s readiness) undecidedChecks() []Check {
	var out []Check
	for _, u := range s.undecided() {
		out = append(out, Check{fmt.Sprintf("Say what becomes of %s (%s, %d seats).", u.Called(), u.ExternalID,
			u.Quantity), subscriptionLink(u.ID)})
	}
	return out
}

func subscriptionLink(id uuid.UUID) Link { return Link{Kind: "subscription", ID: id.String()} }

// late are old subscriptions with counted rows after the switch day: those days
// belong to the new one, which tells of them itself.
func (s readiness) late(ctx context.Context, db *gorm.DB) ([]Check, error) {
	if s.customer.SwitchDay.IsZero() {
		return nil, nil
	}
	var ids []uuid.UUID
	for _, l := range s.leaving() {
		ids = append(ids, l.Old.UUID)
	}
	var rows []struct {
		ID  uuid.UUID
		Day clock.Date
	}
	err := db.WithContext(ctx).Raw(`SELECT c.subscription_id AS id, max(c.effective_at) AS day FROM license_changes c
		JOIN license_change_status t ON t.change_id = c.id AND t.counted
		WHERE c.subscription_id = ANY (?::uuid[]) GROUP BY 1
		HAVING max(c.effective_at) > ?`, postgres.IDs(ids), s.customer.SwitchDay).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("rows after the switch day: %w", err)
	}
	var out []Check
	for _, r := range rows {
		old, _, _ := s.find(r.ID)
		what := "its ledger has a change of"
		if old.Over() && old.DeactivatedOn == r.Day {
			what = "it ended on"
		}
		out = append(out, Check{fmt.Sprintf("%s (%s): %s %s, after the switch day %s. "+
			"Choose %s or later as the switch day.", old.Called(), old.ExternalID, what, r.Day, s.customer.SwitchDay,
			r.Day), subscriptionLink(r.ID)})
	}
	return out, nil
}

// newBilled are new twins that were billed before anybody said what they are.
func (s readiness) newBilled(ctx context.Context, db *gorm.DB) ([]Check, error) {
	var ids []uuid.UUID
	for _, t := range s.twins() {
		ids = append(ids, t.new.ID)
	}
	var rows []struct {
		ID     uuid.UUID
		Number *int64
		State  string
	}
	err := db.WithContext(ctx).Raw(`SELECT DISTINCT ON (v.subscription_id) v.subscription_id AS id, i.number, i.state
		FROM invoice_coverage v JOIN invoices i ON i.id = v.invoice_id
		WHERE v.subscription_id = ANY (?::uuid[]) AND i.state <> 'void'
		ORDER BY v.subscription_id, i.seq DESC`, postgres.IDs(ids)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("invoices of new twins: %w", err)
	}
	var out []Check
	for _, r := range rows {
		n, _, _ := s.find(r.ID)
		called := "a draft invoice"
		if r.Number != nil {
			called = fmt.Sprintf("invoice %d (%s)", *r.Number, r.State)
		}
		out = append(out, Check{fmt.Sprintf("%s (%s) is on %s already, at the new provider. "+
			"Void that invoice first, or say that the new one has no twin and the old one ends.", n.Called(),
			n.ExternalID, called), Link{Kind: "invoices", ID: r.ID.String()}})
	}
	return out, nil
}

// unbilled are old subscriptions of which something is not billed up to the switch,
// here or elsewhere: a draft is not enough (RULES 8).
func (s readiness) unbilled(ctx context.Context, db *gorm.DB) ([]Check, error) {
	until := map[uuid.UUID]clock.Date{}
	for _, l := range s.leaving() {
		until[l.Old.UUID] = l.firstDay(s.customer.SwitchDay)
	}
	reach, err := impact.ReachOf(ctx, db, until)
	if err != nil {
		return nil, err
	}
	var out []Check
	for _, l := range s.leaving() {
		if r := reach[l.Old.UUID]; !r.Reached() {
			l.customer = s.customer.Step
			out = append(out, l.bill(r, until[l.Old.UUID]))
		}
	}
	return out, nil
}

// firstDay is the first day that no longer belongs to an old one: the switch day, or
// the day on which it had ended before.
func (l leavingOld) firstDay(switchDay clock.Date) clock.Date {
	if !l.Day.IsZero() {
		return l.Day
	}
	if l.old.Over() {
		return earlier(switchDay, l.old.DeactivatedOn)
	}
	return switchDay
}

func (l leavingOld) bill(r impact.Reach, until clock.Date) Check {
	name := fmt.Sprintf("%s (%s)", l.old.Called(), l.old.ExternalID)
	if r.Draft.Valid {
		return Check{fmt.Sprintf("%s is on a draft invoice. Bill it first.", name),
			Link{Kind: "invoice", ID: r.Draft.UUID.String()}}
	}
	var missing, remedies []string
	if r.SeatDays > 0 {
		missing = append(missing, fmt.Sprintf("%d seat-days from %s up to %s", r.SeatDays, r.From, until))
	}
	if r.Credits > 0 {
		missing = append(missing, fmt.Sprintf("%d seat-days to credit", r.Credits))
	}
	at := Link{Kind: "elsewhere", ID: l.Old.UUID.String()}
	if r.Billable {
		remedies = append(remedies, fmt.Sprintf("make a change-log invoice of its contract up to %s and bill it",
			until))
		at = Link{Kind: "closing", ID: r.Contract.UUID.String(), Day: until}
	}
	if r.SeatDays > 0 {
		remedies = append(remedies, "mark its rows as billed elsewhere")
	}
	if l.customer == pairing.Confirmed {
		remedies = append(remedies, "take the confirmation back and choose another switch day")
	}
	return Check{fmt.Sprintf("%s: %s not billed yet. %s.", name, strings.Join(missing, " and "),
		capital(strings.Join(remedies, ", or "))), at}
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func (s readiness) beforeRetiring(ctx context.Context, db *gorm.DB) ([]Check, error) {
	out, err := s.unbilled(ctx, db)
	if err != nil {
		return nil, err
	}
	out = append(out, s.undecidedChecks()...)
	for _, t := range s.twins() {
		if t.new.Over() && t.new.DeactivatedBy != subscription.ByProvider {
			out = append(out, Check{fmt.Sprintf("%s (%s) at the new provider was deactivated by hand, so its days "+
				"would be nobody's. Activate it again first.", t.new.Called(), t.new.ExternalID),
				subscriptionLink(t.new.ID)})
		}
	}
	unsigned, err := s.unsigned(ctx, db)
	return append(out, unsigned...), err
}

// unsigned are new twins that go on without a standing signature under their contract.
func (s readiness) unsigned(ctx context.Context, db *gorm.DB) ([]Check, error) {
	var ids []uuid.UUID
	for _, t := range s.twins() {
		if !t.new.Over() {
			ids = append(ids, t.new.ID)
		}
	}
	var found []uuid.UUID
	err := db.WithContext(ctx).Raw(`SELECT s.id FROM subscriptions s WHERE s.id = ANY (?::uuid[])
		AND NOT EXISTS (SELECT FROM sign_offs g WHERE g.subscription_id = s.id AND g.contract_id = s.contract_id
		AND g.lapsed_at IS NULL) ORDER BY s.id`, postgres.IDs(ids)).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("signatures of new twins: %w", err)
	}
	var out []Check
	for _, id := range found {
		n, _, _ := s.find(id)
		says := fmt.Sprintf("Nobody has signed off %s (%s) under its contract.", n.Called(), n.ExternalID)
		if !n.ContractID.Valid {
			says = fmt.Sprintf("%s (%s) stands in no contract. Choose one and sign it off.", n.Called(), n.ExternalID)
		}
		out = append(out, Check{says, subscriptionLink(id)})
	}
	return out, nil
}

func earlier(a, b clock.Date) clock.Date {
	if b.IsZero() || !a.IsZero() && a.Before(b) {
		return a
	}
	return b
}
