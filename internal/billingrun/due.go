package billingrun

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/billing"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/errs"
)

// Filter says of which contracts one wants to know what is due. Zero values let all through.
type Filter struct {
	Day       clock.Date // zero: today
	Currency  string
	Frequency contract.Frequency
	Timing    contract.Timing
	Q         string // a part of the contract's or the customer's name
	Nobody    bool   // only those whose documents go to nobody
}

// Contract is one contract with what is due of it.
type Contract struct {
	ID         uuid.UUID
	CustomerID uuid.UUID
	Name       string
	Customer   string
	Currency   string
	Frequency  contract.Frequency
	Timing     contract.Timing
	Covers     contract.Period
	Lines      int
	Total      decimal.Decimal
	LateLines  int // that a person must confirm
	LateSum    decimal.Decimal
	LeftOut    []LeftOut
	Changes    []Change
	Remarks    []Remark
	ByItself   string // who has set that it is billed by itself; empty: nobody
	Digest     string // of its lines
	Why        string // why a run leaves it out; empty: it bills it
	Pause      *Pause // set: a person left it out
	Nobody     bool   // it names nobody to send its documents to
}

// Billable tells whether a run would bill it.
func (c Contract) Billable() bool { return c.Why == "" && c.Lines > 0 }

// First tells whether it would be its first bill.
func (c Contract) First() bool {
	return slices.ContainsFunc(c.Remarks, func(r Remark) bool { return r.Code == FirstBill })
}

// HeldBack tells whether its draft waits for a look, because something about it is unusual.
func (c Contract) HeldBack() bool { return heldBack(c.Remarks) != "" }

// LeftOut is a subscription that is not billed, or not from some day on.
type LeftOut struct {
	ID       uuid.UUID           `json:"id"`
	Name     string              `json:"name"`
	External string              `json:"external_id"`
	Says     string              `json:"says"`
	Amount   decimal.NullDecimal `json:"amount"`
}

// Due is what is due on a day.
type Due struct {
	Filter
	Contracts []Contract // those with something unusual first, then by customer and name
	Drafts    []Sum      // drafts that wait, by currency, of whatever run
	Unmapped  int        // subscriptions of accounts that belong to no customer yet
	Digest    string     // of all that would be billed
}

// Sum is money of one currency.
type Sum struct {
	Currency string
	Amount   decimal.Decimal
	N        int // contracts, or drafts
}

// Billable are the contracts that a run would bill.
func (d Due) Billable() []Contract {
	var out []Contract
	for _, c := range d.Contracts {
		if c.Billable() {
			out = append(out, c)
		}
	}
	return out
}

// Sums add up what would be billed, by currency.
func (d Due) Sums() []Sum {
	return sums(d.Billable(), func(c Contract) (decimal.Decimal, bool) { return c.Total, true })
}

// LeftOutSums add up what is left out as far as its money is known: of whole contracts, and of subscriptions.
func (d Due) LeftOutSums() []Sum {
	return sums(d.Contracts, func(c Contract) (sum decimal.Decimal, any bool) {
		if !c.Billable() {
			sum, any = c.Total, !c.Total.IsZero()
		}
		for _, l := range c.LeftOut {
			sum, any = sum.Add(l.Amount.Decimal), true
		}
		return sum, any
	})
}

func sums(of []Contract, amount func(Contract) (decimal.Decimal, bool)) []Sum {
	by := map[string]Sum{}
	for _, c := range of {
		if sum, any := amount(c); any {
			s := by[c.Currency]
			by[c.Currency] = Sum{c.Currency, s.Amount.Add(sum), s.N + 1}
		}
	}
	out := make([]Sum, 0, len(by))
	for _, currency := range slices.Sorted(maps.Keys(by)) {
		out = append(out, by[currency])
	}
	return out
}

// Look reckons what is due.
func (s *Service) Look(ctx context.Context, f Filter) (Due, error) {
	d := Due{Filter: f}
	if err := s.bounds(&d.Filter); err != nil {
		return d, err
	}
	err := s.DB.Snapshot(ctx, func(tx *gorm.DB) error { return s.look(ctx, tx, &d) })
	return d, err
}

const ahead = 31 // a cycle in advance may be billed so many days before it begins

func (s *Service) bounds(f *Filter) error {
	if f.Day.IsZero() {
		f.Day = s.today()
	}
	if last := s.today().AddDays(ahead); f.Day.After(last) {
		return errs.Fields{"due": fmt.Sprintf("Choose a day up to %s: a cycle can be billed %d days before it begins.",
			last, ahead)}.Err()
	}
	return nil
}

func (s *Service) look(ctx context.Context, tx *gorm.DB, d *Due) error {
	found, err := candidates(ctx, tx, d.Filter)
	if err != nil {
		return err
	}
	ids := make([]uuid.UUID, 0, len(found))
	for id := range found {
		ids = append(ids, id)
	}
	pauses, err := pausesOf(ctx, tx, ids, clock.Today(s.Clock, s.Zone))
	if err != nil {
		return err
	}
	last, err := lastInvoices(ctx, tx, ids)
	if err != nil {
		return err
	}
	owed := map[uuid.UUID]bool{}
	err = s.Billing.Owed(ctx, tx, ids, d.Day, func(o billing.Owed) error {
		c := contractOf(o, last[o.Run.ContractID])
		c.ByItself, c.Nobody, owed[c.ID], d.Unmapped = found[c.ID].ByItself, found[c.ID].Nobody, true, o.Unmapped
		if p, left := pauses[c.ID]; left {
			c.Pause, c.Why = &p, p.says()
		}
		d.Contracts = append(d.Contracts, c)
		return nil
	})
	if err != nil {
		return err
	}
	for id, k := range found {
		if k.Unset && !owed[id] {
			d.Contracts = append(d.Contracts, k.unset())
		}
	}
	d.arrange()
	return tx.WithContext(ctx).Raw(`SELECT currency, count(*) AS n, sum(total) AS amount FROM invoices
		WHERE state = 'draft' GROUP BY currency ORDER BY currency`).Scan(&d.Drafts).Error
}

// arrange puts what needs a look first, and takes the digest of what would be billed.
func (d *Due) arrange() {
	slices.SortFunc(d.Contracts, func(a, b Contract) int {
		if x, y := len(a.Remarks) > 0, len(b.Remarks) > 0; x != y {
			return map[bool]int{true: -1, false: 1}[x]
		}
		if by := strings.Compare(strings.ToLower(a.Customer), strings.ToLower(b.Customer)); by != 0 {
			return by
		}
		if by := strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)); by != 0 {
			return by
		}
		return strings.Compare(a.ID.String(), b.ID.String())
	})
	digests := map[uuid.UUID]string{}
	for _, c := range d.Billable() {
		digests[c.ID] = c.Digest
	}
	d.Digest = digestOf(digests)
}

// digestOf is that of what would be billed of contracts.
func digestOf(of map[uuid.UUID]string) string {
	lines := make([]string, 0, len(of))
	for id, digest := range of {
		lines = append(lines, id.String()+" "+digest)
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return hex.EncodeToString(sum[:])[:32]
}

// candidate is a contract that may have something due.
type candidate struct {
	ID           uuid.UUID
	CRMAccountID uuid.UUID `gorm:"column:crm_account_id"`
	Name         string
	Customer     string
	Currency     string
	Frequency    contract.Frequency
	Timing       contract.Timing
	ByItself     string
	Nobody       bool // it names nobody to send its documents to
	Unset        bool // it has seats and no first billing day
}

// unset is a contract of which nothing can be due before somebody says from when.
func (k candidate) unset() Contract {
	return Contract{ID: k.ID, CustomerID: k.CRMAccountID, Name: k.Name, Customer: k.Customer, Currency: k.Currency,
		Frequency: k.Frequency, Timing: k.Timing,
		Why: "It has no first billing day. Set \"Billed from\" in the contract."}
}

// nobody is the condition on a contract k that its documents go to nobody: neither it names one, nor does another that
// goes out together with it.
const nobody = `(k.recipients = '' AND NOT (k.bill_together AND EXISTS (SELECT FROM billing_contracts o
	WHERE o.crm_account_id = k.crm_account_id AND o.bill_together AND o.active AND o.recipients <> '')))`

// A deactivated contract is looked at while one of its subscriptions stands in it, or is not billed as far as it was
// deactivated, or while days of it are credited to be billed again.
const candidatesQuery = `SELECT k.id, k.crm_account_id, k.name, a.name AS customer, k.currency,
		k.billing_frequency AS frequency, k.timing, coalesce(b.actor, '') AS by_itself, ` + nobody + ` AS nobody,
		k.bill_from IS NULL AND k.active AND EXISTS (SELECT FROM subscriptions s WHERE s.contract_id = k.id
			AND s.state = 'active') AS unset
	FROM billing_contracts k JOIN crm_accounts a ON a.id = k.crm_account_id
	LEFT JOIN billing_by_itself b ON b.contract_id = k.id
	WHERE (k.active OR EXISTS (SELECT FROM contract_stays t JOIN subscriptions s ON s.id = t.subscription_id
			WHERE t.contract_id = k.id AND NOT t.set_aside AND (s.state = 'active' OR s.billed_through IS NULL))
			OR ` + billing.Reopened + `)
		AND (@currency = '' OR k.currency = @currency) AND (@frequency = '' OR k.billing_frequency = @frequency)
		AND (@timing = '' OR k.timing = @timing) AND (@q = '' OR k.search_text LIKE @like)
		AND (NOT @nobody OR ` + nobody + `)`

// likeless takes their meaning from the signs of a pattern.
var likeless = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func candidates(ctx context.Context, db *gorm.DB, f Filter) (map[uuid.UUID]candidate, error) {
	var rows []candidate
	err := db.WithContext(ctx).Raw(candidatesQuery, map[string]any{"currency": f.Currency,
		"frequency": string(f.Frequency), "timing": string(f.Timing), "q": f.Q, "but": uuid.Nil, "nobody": f.Nobody,
		"like": "%" + likeless.Replace(strings.ToLower(f.Q)) + "%"}).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("contracts to bill: %w", err)
	}
	out := make(map[uuid.UUID]candidate, len(rows))
	for _, k := range rows {
		out[k.ID] = k
	}
	return out, nil
}

// contractOf tells of a plan what a person looks at.
func contractOf(o billing.Owed, last lastInvoice) Contract {
	p := o.Plan
	c := Contract{ID: o.Run.ContractID, CustomerID: p.Contract.CRMAccountID, Name: p.Contract.Name,
		Customer: p.Customer, Currency: p.Contract.Currency, Frequency: p.Contract.BillingFrequency,
		Timing: p.Contract.Timing, Covers: p.Covers, Lines: p.Lines(), Total: p.Total, Digest: p.Digest}
	c.LateLines, c.LateSum = p.Late()
	c.LeftOut, c.Changes, c.Remarks = leftOut(p), last.changes(p), last.remarks(p)
	if o.Refused != nil {
		c.Why = said(o.Refused)
	}
	return c
}

func leftOut(p billing.Plan) []LeftOut {
	out := make([]LeftOut, len(p.LeftOut))
	for i, l := range p.LeftOut {
		out[i] = LeftOut{l.ID, l.Name, l.ExternalID, l.Says, l.Amount}
	}
	return out
}

// said is a refusal in words.
func said(err error) string {
	for _, text := range errs.FieldsOf(err) {
		return text
	}
	return errs.Public(err)
}
