package difference

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/errs"
	"seatledger/internal/history"
	"seatledger/internal/reconcile"
	"seatledger/internal/typedline"
)

// billable are the kinds whose seats may be billed to the customer. A wrong price, or the same charged twice, is the
// distributor's: our customer pays our price.
var billable = map[Kind]bool{reconcile.OnlyOnBill: true, reconcile.NotBilledOn: true, reconcile.Quantity: true,
	reconcile.Period: true, ChargedAfterEnd: true, Unsigned: true, UsageWithoutRule: true}

// trace is what a decision wrote, so that it can be taken back.
type trace struct {
	Seats []uuid.UUID `json:"seats,omitempty"`
	Typed []uuid.UUID `json:"typed,omitempty"`
	// Contract is that of the typed lines.
	Contract uuid.UUID `json:"contract,omitzero"`
	Rows     []entry   `json:"rows,omitempty"`
	// Shortened are orders of earlier decisions that gave way to Left.
	Shortened []uuid.UUID `json:"shortened,omitempty"`
	Left      []uuid.UUID `json:"left,omitempty"`
}

// entry is a row that an acceptance wrote into the ledger; Was is the day that it had before, where it only moved.
type entry struct {
	ID  uuid.UUID  `json:"id"`
	Was clock.Date `json:"was,omitzero"`
}

// trace reads what earlier decisions wrote that nobody has taken back: one that is to do again may have some.
func (r Row) trace() (t trace, err error) {
	if r.Trace == "" {
		return t, nil
	}
	if err := json.Unmarshal([]byte(r.Trace), &t); err != nil {
		return t, fmt.Errorf("trace of difference %s: %w", r.ID, err)
	}
	return t, nil
}

// and adds what a later decision wrote.
func (t trace) and(more trace) trace {
	if t.Contract == uuid.Nil {
		t.Contract = more.Contract
	}
	t.Seats, t.Typed, t.Rows = append(t.Seats, more.Seats...), append(t.Typed, more.Typed...), append(t.Rows,
		more.Rows...)
	t.Shortened, t.Left = append(t.Shortened, more.Shortened...), append(t.Left, more.Left...)
	return t
}

// Bill charges to the customer what the distributor charges and the ledger lacks: seats on their days, which count as
// paid from then on, so that a later correction of the ledger bills nothing again; what has no subscription once for
// each line of the bill, at what it costs or at the amount that is typed. The next run of the contract bills it.
func (s Service) Bill(ctx context.Context, by audit.Actor, step Step) error {
	return s.alone(ctx, by, func(tx *gorm.DB) (audit.Event, error) { return s.bill(ctx, tx, by, step) })
}

func (s Service) bill(ctx context.Context, tx *gorm.DB, by audit.Actor, step Step) (audit.Event, error) {
	r, err := open(ctx, tx, step.ID, step.Version)
	if err != nil {
		return audit.Event{}, err
	}
	if r.takesBack() {
		return s.giveBack(ctx, tx, by, r)
	}
	if why := notBillable(r); why != "" {
		return audit.Event{}, errs.New(errs.Conflict, why+" Nothing was changed.")
	}
	var kind string
	if r.SubscriptionID.Valid {
		err := tx.WithContext(ctx).Raw(`SELECT kind FROM subscriptions WHERE id = ? FOR NO KEY UPDATE`,
			r.SubscriptionID.UUID).Row().Scan(&kind)
		if err != nil {
			return audit.Event{}, fmt.Errorf("lock subscription: %w", err)
		}
	}
	var t trace
	if kind == "" || kind == "one_time" || kind == "usage" || r.Kind == UsageWithoutRule {
		t, err = s.billLines(ctx, tx, by, r, step.Amount)
	} else {
		t, err = s.billSeats(ctx, tx, by, r)
	}
	if err != nil {
		return audit.Event{}, err
	}
	return s.decide(ctx, tx, by, r, decision{state: Billed, trace: t})
}

func notBillable(r Row) string {
	switch {
	case r.Once.Sign() <= 0:
		return "The distributor charges nothing beyond what is billed here."
	case r.Kind == Unmapped:
		return "Nobody here is its customer. Map the customer first, and compare the bill again."
	case !billable[r.Kind]:
		return "This is not a matter of seats: the customer pays our price. Dispute it, or dismiss it."
	}
	return ""
}

// lack is seats that the bill has on some days beyond all that is charged here for them.
type lack struct {
	contract.Period
	seats int
	price bool
	under uuid.UUID // the contract of these days
}

// billSeats orders the seats that are lacking; the next run bills them like counted ones.
func (s Service) billSeats(ctx context.Context, tx *gorm.DB, by audit.Actor, r Row) (t trace, err error) {
	h, err := history.One(ctx, tx, r.SubscriptionID.UUID)
	if err != nil {
		return t, err
	}
	all, err := lacking(ctx, tx, r, h)
	if err != nil {
		return t, err
	}
	if err := s.mayBeBilled(ctx, tx, r, all); err != nil {
		return t, err
	}
	for _, l := range all {
		id := uuid.Must(uuid.NewV7())
		err := tx.WithContext(ctx).Exec(`INSERT INTO supplier_seats (id, subscription_id, difference_id, seats,
		from_on, to_on,
				after_seq, after_invoice, at, actor)
			SELECT ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(seq), 0) FROM license_changes),
				(SELECT coalesce(max(seq), 0) FROM invoices), ?, ?`,
			id, r.SubscriptionID.UUID, r.ID, l.seats, l.From, l.To, s.Clock.Now(), by.Name).Error
		if err != nil {
			return t, fmt.Errorf("order seats: %w", err)
		}
		t.Seats = append(t.Seats, id)
	}
	return t, nil
}

// mayBeBilled refuses what no run would bill, and names the remedy.
func (s Service) mayBeBilled(ctx context.Context, tx *gorm.DB, r Row, all []lack) error {
	var is struct {
		HoldReason string
		Signed     bool
		Double     bool
	}
	err := tx.WithContext(ctx).Raw(`SELECT coalesce(s.hold_reason, '') AS hold_reason,
			EXISTS (SELECT FROM sign_offs g WHERE g.subscription_id = s.id) AS signed,
			EXISTS (SELECT FROM differences d WHERE d.bill_id = ? AND d.subscription_id = s.id AND d.kind = 'double'
				AND d.gone_at IS NULL AND d.state <> 'dismissed') AS double
		FROM subscriptions s WHERE s.id = ?`, r.BillID, r.SubscriptionID.UUID).Scan(&is).Error
	if err != nil {
		return fmt.Errorf("may it be billed: %w", err)
	}
	refuse := func(says string, args ...any) error {
		return errs.Newf(errs.Conflict, says+" Nothing was changed.", args...)
	}
	switch {
	case is.HoldReason != "":
		return refuse("The subscription is held (%s), and no run bills it. Release it first.", is.HoldReason)
	case !is.Signed:
		return refuse("Nobody has signed the subscription off, and no run bills it before. Sign it off: then its seats are billed.")
	case is.Double:
		return refuse("The bill charges something of this subscription twice. Dispute that, or correct the bill, first.")
	case len(all) == 0:
		return refuse("The ledger has these seats, or a run has them already: the next run of its contract bills what is due.")
	}
	for _, l := range all {
		switch {
		case l.under == uuid.Nil:
			return refuse("From %s on the subscription is in no contract that bills. Put it into one first.", l.From)
		case !l.price:
			return refuse("It has no price on %s, so nothing could be charged. Set a price from then on first.",
				l.From)
		}
	}
	return nil
}

// charged is a line of the bill as days and seats.
type charged struct {
	ID        uuid.UUID
	FromOn    clock.Date
	ToOn      clock.Date
	Quantity  decimal.Decimal
	Reference string
	Charge    string
	Thing     string // of lines of one subscription on the same days the second product adds no seats
}

// lacking are the seats of the bill, day by day, less all that is charged here, or is going to be. Days before the
// first billable one are nobody's here.
func lacking(ctx context.Context, tx *gorm.DB, r Row, h history.History) ([]lack, error) {
	lines, err := charges(ctx, tx, r)
	if err != nil {
		return nil, err
	}
	var days []clock.Date
	var all contract.Period
	for _, l := range lines {
		if all.From.IsZero() || l.FromOn.Before(all.From) {
			all.From = l.FromOn
		}
		all.To = clock.Later(all.To, l.ToOn)
		days = append(days, l.FromOn, l.ToOn)
	}
	under := map[uuid.UUID][]history.Span{}
	for _, id := range h.Contracts() {
		under[id] = h.Days(id, all.To, days...)
		for _, d := range under[id] {
			days = append(days, d.From, d.To)
		}
	}
	days = append(days, h.FirstDay())
	var out []lack
	for _, p := range history.Cut(all, days) {
		if p.From.Before(h.FirstDay()) {
			continue
		}
		l := lack{Period: p, under: h.ContractOn(p.From)}
		if !h.Owns(l.under, p.From) {
			l.under = uuid.Nil
		}
		_, l.price = h.PriceOn(p.From)
		n := seatsOn(lines, p.From)
		for _, d := range under[l.under] {
			if d.Has(p.From) {
				n = n.Sub(decimal.NewFromInt(int64(d.Charged())))
			}
		}
		if l.seats = int(n.IntPart()); l.seats > 0 {
			out = joinedTo(out, l)
		}
	}
	return out, nil
}

// charges are the lines of the bill about the subscription of a difference.
func charges(ctx context.Context, tx *gorm.DB, r Row) (lines []charged, err error) {
	err = tx.WithContext(ctx).Raw(`SELECT l.id, l.from_on, l.to_on, l.reference, lower(l.charge) AS charge,
			lower(l.product || ' ' || l.part_number) AS thing,
			CASE WHEN l.amount < 0 THEN -abs(l.quantity) ELSE l.quantity END AS quantity
		FROM supplier_matches m JOIN supplier_bill_lines l ON l.id = m.line_id
		WHERE m.bill_id = ? AND m.subscription_id = ? AND l.to_on IS NOT NULL AND NOT l.usage AND l.quantity <> 0
			AND l.amount <> 0 AND lower(l.charge) <> 'customercredit' ORDER BY l.place`, r.BillID,
		r.SubscriptionID.UUID).
		Scan(&lines).Error
	if err != nil {
		return nil, fmt.Errorf("lines of difference %s: %w", r.ID, err)
	}
	return lines, nil
}

func joinedTo(out []lack, l lack) []lack {
	if n := len(out); n > 0 && out[n-1].To == l.From && out[n-1].seats == l.seats && out[n-1].under == l.under &&
		out[n-1].price == l.price {
		out[n-1].To = l.To
		return out
	}
	return append(out, l)
}

// seatsOn is how many seats the bill charges on a day: the sum of its lines, or where none but those of events stand,
// as in a year that another bill has charged, what the last event charges anew (recon.md 1.6).
func seatsOn(lines []charged, day clock.Date) decimal.Decimal {
	type event struct{ reference, charge string }
	most := decimal.Zero
	things := map[string][]charged{}
	for _, l := range lines {
		if !l.FromOn.After(day) && day.Before(l.ToOn) {
			things[l.Thing] = append(things[l.Thing], l)
		}
	}
	for _, of := range things {
		refunds, sum, anew, base := map[event]bool{}, decimal.Zero, decimal.Zero, false
		for _, l := range of {
			if l.Quantity.Sign() < 0 {
				refunds[event{l.Reference, l.Charge}] = true
			}
		}
		var last clock.Date
		for _, l := range of {
			sum = sum.Add(l.Quantity)
			switch {
			case !refunds[event{l.Reference, l.Charge}]:
				base = true
			case l.Quantity.Sign() > 0 && !l.FromOn.Before(last):
				last, anew = l.FromOn, l.Quantity
			}
		}
		if !base {
			sum = anew
		}
		most = decimal.Max(most, sum)
	}
	return most
}

// billLines types the lines of the bill on the customer's contract, each once.
func (s Service) billLines(ctx context.Context, tx *gorm.DB, by audit.Actor, r Row, amount string) (t trace,
	err error) {
	k, err := s.contractOf(ctx, tx, r)
	if err != nil {
		return t, err
	}
	t.Contract = k.ID
	var lines []struct {
		ID       uuid.UUID
		Text     string
		Amount   decimal.Decimal
		Currency string
		Usage    bool
	}
	err = tx.WithContext(ctx).Raw(`SELECT l.id, l.amount, l.currency, l.usage, coalesce(nullif(l.product, ''),
		nullif(l.part_number, ''),
		l.charge)
			|| coalesce(', ' || l.from_on || coalesce(' to ' || (l.to_on - 1), ''), '') AS text
		FROM difference_lines x JOIN supplier_bill_lines l ON l.id = x.line_id WHERE x.difference_id = ?
			AND NOT EXISTS (SELECT FROM supplier_typed_lines t WHERE t.line_id = l.id) ORDER BY l.place`,
		r.ID).Scan(&lines).Error
	if err != nil {
		return t, fmt.Errorf("lines of difference %s: %w", r.ID, err)
	}
	switch {
	case len(lines) == 0:
		return t, errs.New(errs.Conflict, "Each of these lines was billed before. Nothing was changed.")
	case amount != "" && len(lines) > 1:
		return t,
			errs.Fields{"amount": "These are several lines, and each is billed at what it costs. Leave this empty."}.Err()
	}
	rows := typedline.Service{DB: s.DB, Clock: s.Clock, Zone: s.Zone}
	on := clock.Later(s.today(), clock.Later(k.StartDate, k.BillFrom))
	for _, l := range lines {
		var id uuid.UUID
		var err error
		switch {
		case l.Usage && amount != "":
			return t,
				errs.Fields{"amount": "What was used is billed by the rule of the contract. Leave this empty."}.Err()
		case l.Usage:
			id, err = rows.AddUsedIn(ctx, tx, by, k.ID, typedline.Used{Text: short(l.Text), Cost: l.Amount,
				Currency: l.Currency, On: on})
		default:
			id, err = rows.AddIn(ctx, tx, by, k.ID, typedline.Form{Text: short(l.Text),
				UnitAmount: cmp.Or(amount, l.Amount.String()), Every: string(typedline.Once), From: on.String()})
		}
		if says := errs.FieldsOf(err)["unit_amount"]; says != "" {
			return t, errs.Fields{"amount": says}.Err()
		}
		if err != nil {
			return t, err
		}
		if err := tx.WithContext(ctx).Exec(`INSERT INTO supplier_typed_lines (line_id, difference_id, typed_line_id)
			VALUES (?, ?, ?)`, l.ID, r.ID, id).Error; err != nil {
			return t, fmt.Errorf("note a billed line: %w", err)
		}
		t.Typed = append(t.Typed, id)
	}
	return t, nil
}

// short keeps to the length of a typed line.
func short(text string) string {
	r := []rune(strings.Join(strings.Fields(text), " "))
	return string(r[:min(len(r), 200)])
}

// contractOf is the contract on which single lines are billed: that of the subscription, where it is in one that
// bills in their currency, else the customer's default.
func (s Service) contractOf(ctx context.Context, tx *gorm.DB, r Row) (contract.Contract, error) {
	var ids []uuid.UUID
	err := tx.WithContext(ctx).Raw(`SELECT k.id FROM subscriptions s JOIN billing_contracts k ON k.id = s.contract_id
		WHERE s.id = ? AND k.active AND k.bill_from IS NOT NULL AND k.currency = ? AND (k.end_date IS NULL OR
		k.end_date > ?)`, r.SubscriptionID, r.Currency, s.today()).Scan(&ids).Error
	if err != nil {
		return contract.Contract{}, fmt.Errorf("contract of a subscription: %w", err)
	}
	if len(ids) == 1 {
		return contract.Get(ctx, tx, ids[0])
	}
	err = tx.WithContext(ctx).Raw(`SELECT id FROM billing_contracts WHERE crm_account_id = ? AND active AND
		is_default
		AND bill_from IS NOT NULL AND currency = ? AND (end_date IS NULL OR end_date > ?) ORDER BY id`,
		r.CRMAccountID, r.Currency, s.today()).Scan(&ids).Error
	if err != nil {
		return contract.Contract{}, fmt.Errorf("contract of a customer: %w", err)
	}
	if len(ids) != 1 {
		return contract.Contract{}, errs.Newf(errs.Conflict,
			"The customer has no default contract in %s that bills, or has "+
				"several. Make one of them the default first. Nothing was changed.", r.Currency)
	}
	return contract.Get(ctx, tx, ids[0])
}

// takeBack undoes what a decision wrote beside the difference. What a run has billed of it by then, the next one
// credits.
func (s Service) takeBack(ctx context.Context, tx *gorm.DB, by audit.Actor, r Row) error {
	if r.Trace == "" {
		return nil
	}
	t, err := r.trace()
	if err != nil {
		return err
	}
	for _, row := range slices.Backward(t.Rows) {
		if err := s.takeOut(ctx, tx, by, r, row); err != nil {
			return err
		}
	}
	if err := s.orderAgain(ctx, tx, by, t); err != nil {
		return err
	}
	err = tx.WithContext(ctx).Exec(`UPDATE supplier_seats SET undone_at = ?, undone_by = ? WHERE difference_id = ?
		AND undone_at IS NULL`, s.Clock.Now(), by.Name, r.ID).Error
	if err != nil {
		return fmt.Errorf("take back ordered seats: %w", err)
	}
	rows := typedline.Service{DB: s.DB, Clock: s.Clock, Zone: s.Zone}
	for _, id := range t.Typed {
		if err := rows.SetAsideIn(ctx, tx, by, t.Contract, id, 0); err != nil {
			return err
		}
	}
	err = tx.WithContext(ctx).Exec(`DELETE FROM supplier_typed_lines WHERE difference_id = ?`, r.ID).Error
	if err != nil {
		return fmt.Errorf("take back billed lines: %w", err)
	}
	return nil
}
