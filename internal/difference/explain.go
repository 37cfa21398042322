package difference

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/postgres"
	"seatledger/internal/reconcile"
)

// Kind is the cause of a difference (CONTRACT).
type Kind = reconcile.Kind

// The causes that take more than two files: a mapping, a signature, the ledger, a contract.
const (
	Term             Kind = "term"
	ChargedAfterEnd  Kind = "charged_after_end"
	Unmapped         Kind = "unmapped"
	Unsigned         Kind = "unsigned"
	RenewalPrice     Kind = "renewal_price"
	UsageWithoutRule Kind = "usage_without_rule"
)

// Reached says whether what the bill charges stands on an invoice of ours.
type Reached string

// The answers.
const (
	Yes    Reached = "yes"
	No     Reached = "no"
	Partly Reached = "partly"
)

// found is a difference as a comparison finds it.
type found struct {
	Kind         Kind
	Subject      string // our subscription's id, or what the bill calls it
	Subscription uuid.NullUUID
	ExternalID   string
	CRMAccount   uuid.NullUUID
	Customer     string
	Product      string
	Part         string
	Month, Once  decimal.Decimal
	Currency     string
	Since        string
	Why          string
	Reached      Reached
	Lines        []uuid.UUID
	Sales        []uuid.UUID
}

// about is what is known of the thing that a difference is about.
type about struct {
	Key          string
	ExternalID   string
	Customer     string
	CRMAccountID uuid.NullUUID
	Product      string
	PartNumber   string
	State        string
	HoldReason   string
	EndedOn      clock.Date
	Signed       bool
	Contract     bool
	Usage        bool
	Ordered      bool               // seats of it were billed to the customer from a bill
	UsageRule    contract.UsageRule // of the contract that would bill it
}

// explain turns what the engine found into differences: what each is about, and the cause behind it where mapping,
// signature or ledger know one.
func (s Service) explain(ctx context.Context, b bill, ds []reconcile.Difference) ([]found, error) {
	var out []found
	for part := range slices.Chunk(ds, explainAtOnce) {
		known, err := s.known(ctx, part)
		if err != nil {
			return nil, err
		}
		for _, d := range part {
			out = append(out, explained(d, known))
		}
	}
	return merged(out), nil
}

const explainAtOnce = 500

func explained(d reconcile.Difference, known map[string]about) found {
	f := found{Kind: d.Kind, Subject: d.Subscription, Part: d.Part, Month: d.Month, Once: d.Once,
		Currency: d.Currency,
		Since:    d.Since, Why: d.Why}
	for _, l := range d.BillLines {
		if id, err := uuid.Parse(l); err == nil {
			f.Lines = append(f.Lines, id)
		}
	}
	for _, l := range d.BilledLines {
		if id, err := uuid.Parse(l); err == nil {
			f.Sales = append(f.Sales, id)
		}
	}
	a, ours := known[d.Subscription]
	if id, err := uuid.Parse(d.Subscription); ours && err == nil {
		f.Subscription = uuid.NullUUID{UUID: id, Valid: true}
	} else if len(d.BillLines) > 0 {
		a = known["line "+d.BillLines[0]]
	}
	f.ExternalID, f.Customer, f.CRMAccount, f.Product = a.ExternalID, a.Customer, a.CRMAccountID, a.Product
	f.Part = cmp.Or(a.PartNumber, f.Part)
	if !f.Subscription.Valid {
		f.ExternalID = cmp.Or(f.ExternalID, d.Subscription)
	}
	f.Subject = cmp.Or(f.Subject, a.CRMAccountID.UUID.String()+" "+f.Customer+" "+f.Part)
	f.Reached = reached(d)
	f.because(a)
	return f
}

// reached tells whether the bill's seats and days are on an invoice of ours. A price, a currency and a double are the
// distributor's: our customer pays our price.
func reached(d reconcile.Difference) Reached {
	switch {
	case d.Kind == reconcile.OnlyHere || d.Kind == reconcile.BilledBelowCost || d.Once.Sign() < 0 &&
		len(d.BilledLines) > 0:
		return Yes
	case d.Kind == reconcile.Quantity || d.Kind == reconcile.Period || d.Kind == reconcile.NotBilledOn:
		if len(d.BilledLines) > 0 {
			return Partly
		}
	}
	return No
}

// lost are the kinds that say no more than that something is not billed.
var lost = map[Kind]bool{reconcile.OnlyOnBill: true, reconcile.NotBilledOn: true, reconcile.Period: true}

// because names the cause that lies behind what is not billed.
func (f *found) because(a about) {
	if f.Once.Sign() < 0 && seats[f.Kind] && a.Ordered {
		f.Why += "; seats of it were billed to the customer from a bill"
	}
	if !lost[f.Kind] || f.Once.Sign() < 0 {
		return
	}
	since, _ := clock.ParseDate(f.Since)
	switch {
	case a.Usage && a.UsageRule.Bills():
		f.Kind, f.Why = reconcile.NotBilledOn, "Used and not billed on; the contract bills usage "+a.UsageRule.Says()
	case a.Usage:
		f.Kind, f.Why = UsageWithoutRule, "Used, and no rule of a contract bills it on"
	case !a.CRMAccountID.Valid:
		f.Kind, f.Why = Unmapped, "The bill's customer is tied to no CRM account"
	case a.HoldReason == "unmapped":
		f.Kind, f.Why = Unmapped, "Its customer at the distributor is tied to no CRM account"
	case a.HoldReason == "excluded":
		f.Kind, f.Why = Unmapped, "Its customer at the distributor was excluded"
	case a.State == "inactive" && !a.EndedOn.IsZero() && !since.Before(a.EndedOn):
		f.Kind, f.Why = ChargedAfterEnd, "It ended on "+a.EndedOn.String()+" and is charged on"
	case a.HoldReason != "":
		f.Why += "; it is held (" + a.HoldReason + ")"
	case f.Subscription.Valid && !a.Contract && f.Kind == reconcile.OnlyOnBill:
		f.Kind, f.Why = Unsigned, "It is in no contract, so nobody could sign it off"
	case f.Subscription.Valid && !a.Signed && f.Kind == reconcile.OnlyOnBill:
		f.Kind, f.Why = Unsigned, "Nobody has signed it off, so no run bills it"
	}
}

// numbered has sentences name a line by its number on the bill: the engine knows it by our id.
func numbered(ctx context.Context, tx *gorm.DB, of ...[]reconcile.Difference) error {
	why := map[string][]*reconcile.Difference{} // by the line that it names
	var ids postgres.IDs
	for _, ds := range of {
		for i := range ds {
			id, named := lineIn(ds[i].Why)
			if !named {
				continue
			}
			if why[id.String()] == nil {
				ids = append(ids, id)
			}
			why[id.String()] = append(why[id.String()], &ds[i])
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var rows []struct{ ID, Number string }
	err := tx.WithContext(ctx).Raw(`SELECT id::text AS id, coalesce(nullif(line, ''), place::text) AS number
		FROM supplier_bill_lines WHERE id = ANY (CAST(? AS uuid[]))`, ids).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("numbers of lines: %w", err)
	}
	for _, r := range rows {
		for _, d := range why[r.ID] {
			d.Why = strings.Replace(d.Why, r.ID, r.Number, 1)
		}
	}
	return nil
}

// lineIn is the line that a sentence of the engine begins with.
func lineIn(why string) (id uuid.UUID, named bool) {
	rest, named := strings.CutPrefix(why, "Line ")
	if !named {
		return id, false
	}
	word, _, _ := strings.Cut(rest, " ")
	id, err := uuid.Parse(word)
	return id, err == nil
}

// merged adds up what has come to be the same cause of the same thing.
func merged(all []found) (out []found) {
	at := map[string]int{}
	for _, f := range all {
		key := strings.Join([]string{string(f.Kind), f.Subject, f.Currency}, "\x00")
		i, twice := at[key]
		if !twice {
			at[key] = len(out)
			out = append(out, f)
			continue
		}
		o := &out[i]
		o.Once, o.Month = o.Once.Add(f.Once), o.Month.Add(f.Month)
		o.Since = min(o.Since, f.Since)
		o.Lines, o.Sales = append(o.Lines, f.Lines...), append(o.Sales, f.Sales...)
		if o.Reached != f.Reached {
			o.Reached = Partly
		}
	}
	for i := range out {
		out[i].Lines, out[i].Sales = sorted(out[i].Lines), sorted(out[i].Sales)
	}
	return out
}

func sorted(ids []uuid.UUID) []uuid.UUID {
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(ids)
}

const defaultRule = `(SELECT k.usage_rule FROM billing_contracts k WHERE k.crm_account_id =`

const knownSQL = `
SELECT s.id::text AS key, s.external_id, coalesce(c.name, a.name) AS customer, s.crm_account_id, s.product_name AS
	product,
	s.part_number, s.state, coalesce(s.hold_reason, '') AS hold_reason, least(s.deactivated_on, s.ends_on) AS
		ended_on,
	EXISTS (SELECT FROM sign_offs g WHERE g.subscription_id = s.id) AS signed, s.contract_id IS NOT NULL AS contract,
	s.kind = 'usage' AS usage, EXISTS (SELECT FROM supplier_seats x WHERE x.subscription_id = s.id AND x.undone_at
		IS NULL) AS
		ordered,
	coalesce((SELECT k.usage_rule FROM billing_contracts k WHERE k.id = s.contract_id), ` + defaultRule + `
		s.crm_account_id AND k.active AND k.is_default ORDER BY k.id LIMIT 1), '') AS usage_rule
FROM subscriptions s JOIN provider_accounts a ON a.id = s.account_id LEFT JOIN crm_accounts c ON c.id =
	s.crm_account_id
WHERE s.id = ANY (CAST(@subs AS uuid[]))
UNION ALL
SELECT 'line ' || l.id, coalesce(nullif(l.subscription_external_id, ''), nullif(l.vendor_subscription_id, ''),
	l.order_id),
	coalesce(c.name, a.name, nullif(l.customer, ''), l.customer_external_id), m.crm_account_id, l.product,
		l.part_number, '',
	'', NULL, false, false, l.usage, false, coalesce(` + defaultRule + `
		m.crm_account_id AND k.active AND k.is_default AND k.currency = l.currency ORDER BY k.id LIMIT 1), '')
FROM supplier_bill_lines l JOIN supplier_matches m ON m.bill_id = l.bill_id AND m.line_id = l.id
LEFT JOIN provider_accounts a ON a.id = m.account_id LEFT JOIN crm_accounts c ON c.id = m.crm_account_id
WHERE l.id = ANY (CAST(@lines AS uuid[]))`

// known reads what differences are about: our subscriptions, or else the first of the bill's lines.
func (s Service) known(ctx context.Context, ds []reconcile.Difference) (map[string]about, error) {
	var subs, lines postgres.IDs
	for _, d := range ds {
		if id, err := uuid.Parse(d.Subscription); err == nil {
			subs = append(subs, id)
		}
		if len(d.BillLines) == 0 {
			continue
		}
		if id, err := uuid.Parse(d.BillLines[0]); err == nil {
			lines = append(lines, id)
		}
	}
	var rows []about
	err := s.DB.Read(ctx).Raw(knownSQL, map[string]any{"subs": subs,
		"lines": lines}).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("what differences are about: %w", err)
	}
	out := make(map[string]about, len(rows))
	for _, r := range rows {
		out[r.Key] = r
	}
	return out, nil
}
