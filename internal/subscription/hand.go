package subscription

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
	"seatledger/internal/subscription/plan"
)

// HandEntry is a subscription of a manual provider as a person typed or imported it:
// the fields of the form, which are the columns of the CSV.
type HandEntry struct {
	AccountExternalID string `json:"account_external_id"`
	ExternalID        string `json:"external_id"`
	PartNumber        string `json:"part_number"`
	Product           string `json:"product"`
	Quantity          string `json:"quantity"`
	UnitCost          string `json:"unit_cost"`
	CostPeriod        string `json:"cost_period"`
	Currency          string `json:"currency"`
	Term              string `json:"term"`
	BillingFrequency  string `json:"billing_frequency"`
	StartDate         string `json:"start_date"`
	EndDate           string `json:"end_date"`
	AtEnd             string `json:"at_end"` // ends or renews; empty: ends, where an end is given
}

// Record reads the entry as the record of a listing, or says at each field what is wrong.
func (e HandEntry) Record() (distributor.Subscription, error) {
	e = e.trimmed()
	problems := errs.Fields{}
	required(problems, "account_external_id", e.AccountExternalID)
	required(problems, "external_id", e.ExternalID)
	raw, err := json.Marshal(e)
	if err != nil {
		return distributor.Subscription{}, err
	}
	d := distributor.Subscription{
		ExternalID: e.ExternalID, AccountExternalID: e.AccountExternalID, Kind: distributor.Licence,
		Status: distributor.StatusActive, StatusText: "active",
		PartNumber: e.PartNumber, ProductName: e.Product, Quantity: seats(problems, e.Quantity),
		UnitCost:   cost(problems, e.UnitCost),
		CostPeriod: period(problems, e.CostPeriod), Currency: currency(problems, e.Currency),
		Term: rhythm(problems, "term", e.Term), TermText: e.Term,
		Frequency: rhythm(problems, "billing_frequency", e.BillingFrequency), FrequencyText: e.BillingFrequency,
		Start: day(problems, "start_date", e.StartDate), End: day(problems, "end_date", e.EndDate), Raw: raw,
		AtEnd: atEnd(problems, e),
	}
	switch d.AtEnd {
	case distributor.AtEndEnds:
		d.AutoRenew = distributor.No
	case distributor.AtEndRenews:
		d.AutoRenew = distributor.Yes
	}
	if !d.Start.IsZero() && !d.End.IsZero() && d.End.Before(d.Start) {
		problems.Add("end_date", "The end lies before the start.")
	}
	if d.Term == distributor.FreqOneTime {
		d.Kind = distributor.OneTime
	}
	return d, problems.Err()
}

func (e HandEntry) trimmed() HandEntry {
	for _, s := range []*string{&e.AccountExternalID, &e.ExternalID, &e.PartNumber, &e.Product, &e.Quantity,
		&e.UnitCost, &e.CostPeriod,
		&e.Currency, &e.Term, &e.BillingFrequency, &e.StartDate, &e.EndDate, &e.AtEnd} {
		*s = strings.TrimSpace(*s)
	}
	return e
}

func required(p errs.Fields, field, s string) {
	if s == "" {
		p.Add(field, "This is needed.")
	}
}

func seats(p errs.Fields, s string) int {
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n < 0 {
		p.Add("quantity", "Enter a number of seats, 0 or more.")
	}
	return int(n)
}

func cost(p errs.Fields, s string) decimal.NullDecimal {
	if s == "" {
		return decimal.NullDecimal{}
	}
	d, ok := money.ParseNumber(s)
	switch {
	case !ok:
		p.Add("unit_cost", "Enter an amount, as 12.50.")
		return decimal.NullDecimal{}
	case d.Abs().GreaterThanOrEqual(money.HighestPrice):
		p.Add("unit_cost", "This is over the limit: a cost is below %s.", money.HighestPrice)
		return decimal.NullDecimal{}
	}
	return decimal.NewNullDecimal(d)
}

func period(p errs.Fields, s string) money.Period {
	known, ok := money.ParsePeriod(s)
	if s != "" && !ok {
		p.Add("cost_period", "Enter month, quarter, year, three_years or once.")
	}
	return known
}

func currency(p errs.Fields, s string) string {
	c, ok := money.ParseCurrency(s)
	if s != "" && !ok {
		p.Add("currency", "Enter a currency of three letters, as USD.")
	}
	return c
}

func day(p errs.Fields, field, s string) clock.Date {
	d, err := clock.ParseDate(s)
	if err != nil {
		p.Add(field, "Enter a date as 2026-03-31.")
	}
	return d
}

// atEnd is what happens at the end: a typed end ends, unless it is said that it renews.
func atEnd(p errs.Fields, e HandEntry) distributor.AtEnd {
	what := distributor.AtEnd(strings.ToLower(e.AtEnd))
	switch {
	case what != "" && what != distributor.AtEndEnds && what != distributor.AtEndRenews:
		p.Add("at_end", "Enter ends or renews.")
	case what != "" && e.EndDate == "":
		p.Add("at_end", "Enter the end date that this speaks of.")
	case what == "" && e.EndDate != "":
		return distributor.AtEndEnds
	}
	return what
}

// rhythm reads a term or frequency; the words for periods mean the same here.
func rhythm(p errs.Fields, field, s string) distributor.Frequency {
	if f := plan.FrequencyOf(distributor.Frequency(strings.ToLower(s))); f != distributor.FreqUnknown {
		return f
	}
	known, ok := money.ParsePeriod(s)
	if s != "" && !ok {
		p.Add(field, "Enter monthly, quarterly, annual, triennial, one_time or trial.")
	}
	switch known {
	case money.Month:
		return distributor.Monthly
	case money.Quarter:
		return distributor.Quarterly
	case money.Year:
		return distributor.Annual
	case money.ThreeYears:
		return distributor.Triennial
	case money.Once:
		return distributor.FreqOneTime
	}
	return distributor.FreqUnknown
}

// EnterByHand stores records of a manual provider, account by account: new ones are
// created, known ones compared as a sync would. errs.Invalid names the line of an
// account that does not exist; then nothing is written.
func EnterByHand(ctx context.Context, tx *gorm.DB, p Provider, records []distributor.Subscription, o ledger.Origin,
	zone *time.Location) (Result, error) {
	accounts, err := accountsOf(ctx, tx, p.ID)
	if err != nil {
		return Result{}, err
	}
	var order []string
	grouped := map[string][]distributor.Subscription{}
	for i, r := range records {
		if _, known := accounts[r.AccountExternalID]; !known {
			return Result{}, errs.Fields{"account_external_id": fmt.Sprintf("Row %d: the provider has no account %q.",
				i+1, r.AccountExternalID)}.Err()
		}
		if len(grouped[r.AccountExternalID]) == 0 {
			order = append(order, r.AccountExternalID)
		}
		grouped[r.AccountExternalID] = append(grouped[r.AccountExternalID], r)
	}
	total := Result{Conflicts: map[uuid.UUID][]Conflict{}}
	for _, id := range order {
		res, err := SyncAccount(ctx, tx,
			Listing{Provider: p, Account: accounts[id], Records: grouped[id], Origin: o, Zone: zone})
		if err != nil {
			return Result{}, err
		}
		total.add(res)
	}
	return total, nil
}

func (r *Result) add(o Result) {
	r.Added, r.Changed, r.Unchanged, r.Held = r.Added+o.Added, r.Changed+o.Changed, r.Unchanged+o.Unchanged,
		r.Held+o.Held
	r.Touched, r.Bad = append(r.Touched, o.Touched...), append(r.Bad, o.Bad...)
	for id, c := range o.Conflicts {
		r.Conflicts[id] = c
	}
}

func accountsOf(ctx context.Context, db *gorm.DB, providerID uuid.UUID) (map[string]Account, error) {
	var rows []Account
	err := db.WithContext(ctx).Raw(`SELECT id, external_id, state, crm_account_id FROM provider_accounts
		WHERE provider_id = ?`, providerID).Scan(&rows).Error
	byID := make(map[string]Account, len(rows))
	for _, a := range rows {
		byID[a.ExternalID] = a
	}
	return byID, err
}
