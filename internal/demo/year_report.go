package demo

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/app"
	"seatledger/internal/demo/story"
	"seatledger/internal/elsewhere"
	"seatledger/internal/invoice"
	"seatledger/internal/listing"
	"seatledger/internal/provider"
	"seatledger/internal/subscription/list"
)

// reportYear says what stands on either side of the cut-over, and how a person goes on.
func (d *Demo) reportYear(ctx context.Context, a *app.App, base string, out io.Writer) error {
	db := a.DB.Read(ctx)
	have, err := providers(ctx, db)
	if err != nil {
		return err
	}
	var lines []string
	for _, part := range []func(context.Context, *gorm.DB, map[string]provider.Provider) (string, error){oldSide,
		invoices, newSide} {
		said, err := part(ctx, db, have)
		if err != nil {
			return err
		}
		lines = append(lines, said)
	}
	lines = append(lines, "", "Out of the ordinary, for a person to decide:")
	lines = append(lines, d.oddities()...)
	lines = append(lines, "", "What to do next:")
	lines = append(lines, nextSteps(base, have[newProvider].ID)...)
	_, err = fmt.Fprintln(out, strings.Join(lines, "\n")+"\n")
	return err
}

// providers are all, by name.
func providers(ctx context.Context, db *gorm.DB) (map[string]provider.Provider, error) {
	rows, err := provider.Every(ctx, db)
	if err != nil {
		return nil, err
	}
	all := map[string]provider.Provider{}
	for _, r := range rows {
		all[r.Name] = r.Provider
	}
	return all, nil
}

func oldSide(ctx context.Context, db *gorm.DB, have map[string]provider.Provider) (string, error) {
	accounts, err := account.ProgressOf(ctx, db, have[oldProvider].ID)
	if err != nil {
		return "", err
	}
	reviews, err := list.ProgressOf(ctx, db, list.All.Ask(listing.Values{"provider": have[oldProvider].ID.String()}))
	return fmt.Sprintf("%s: %d accounts mapped, %d excluded; %d subscriptions signed off, %d not",
		oldProvider, accounts.Mapped, accounts.Excluded, reviews.Signed, reviews.Total()-reviews.Signed), err
}

func newSide(ctx context.Context, db *gorm.DB, have map[string]provider.Provider) (string, error) {
	p := have[newProvider]
	accounts, err := account.ProgressOf(ctx, db, p.ID)
	return fmt.Sprintf("%s: %s; %d accounts mapped by what is certain, %d wait; no subscription synced yet",
		newProvider, p.Connectivity(), accounts.Mapped, accounts.Unmapped), err
}

func invoices(ctx context.Context, db *gorm.DB, _ map[string]provider.Provider) (string, error) {
	all, err := invoice.All(time.UTC).Some(ctx, db, "i.state IN ('billed', 'paid')", "i.seq")
	if err != nil {
		return "", err
	}
	paid, months := 0, map[string]bool{}
	for _, r := range all {
		if r.State == invoice.Paid {
			paid++
		}
		months[r.IssuedAt.Format("2006-01")] = true
	}
	open, err := elsewhere.OpenRows(ctx, db, uuid.Nil, uuid.Nil)
	return fmt.Sprintf("%d invoices of %d months, %d of them paid; %d changes are not billed yet", len(all),
		len(months), paid, len(open)), err
}

// oddities are the customers that an exact pair does not settle.
func (d *Demo) oddities() []string {
	s := d.tale()
	product := func(customer, no int) string { return s.ProductOf(story.Line{Customer: customer, No: no}) }
	var lines []string
	for _, o := range []struct {
		customer int
		says     string
	}{
		{story.Equal, "two equal subscriptions of " + product(story.Equal, 0)},
		{story.Differs, "the new API tells 3 seats more of " + product(story.Differs, 0)},
		{story.NewOnly, product(story.NewOnly, 3) + " is new there and has no twin"},
		{story.OldOnly, product(story.OldOnly, 3) + " is not in the new API any more"},
		{story.ByHand, product(story.ByHand, 0) + " was deactivated by hand, before its days were billed"},
		{story.Special, "pays 10% less than the price list says"},
		{story.Excluded, "our own test tenant, excluded"},
	} {
		lines = append(lines, fmt.Sprintf("  %s: %s", s.Companies[o.customer].Name, o.says))
	}
	return lines
}

func nextSteps(base string, provider uuid.UUID) []string {
	return []string{
		fmt.Sprintf("  1. %s/cutovers/new: from %s to %s, with the first of next month as switch day", base,
			oldProvider, newProvider),
		"  2. Carry the old mapping over to the accounts that wait, and exclude the test tenant",
		fmt.Sprintf("  3. %s/providers/%s: Sync Subscriptions", base, provider),
		"  4. Pair, confirm, bill what is open, reassign, sign, deactivate: the run's page leads from gate to gate",
	}
}
