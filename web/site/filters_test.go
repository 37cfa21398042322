package site_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/books"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/contract/price"
	"seatledger/internal/crm"
	"seatledger/internal/crmsource"
	"seatledger/internal/cutover"
	"seatledger/internal/invoice"
	"seatledger/internal/ledger"
	"seatledger/internal/listing"
	"seatledger/internal/mail"
	"seatledger/internal/mapping"
	"seatledger/internal/notify"
	"seatledger/internal/provider"
	"seatledger/internal/review"
	"seatledger/internal/selection"
	"seatledger/internal/subscription/list"
	"seatledger/internal/supplier"
	"seatledger/internal/syncing"
	"seatledger/internal/testkit/webtest"
)

// narrowed is a list at its address.
type narrowed struct {
	path string
	spec func(context.Context, *gorm.DB) (listing.Spec, error)
}

func narrow[R any](path string, l *listing.List[R]) narrowed {
	return narrowed{path, func(ctx context.Context, db *gorm.DB) (listing.Spec, error) {
		return l.Spec(ctx, db, url.Values{})
	}}
}

// valuesOf are values that a filter takes, each of which its list must be able to answer.
func valuesOf(f listing.Filter) []string {
	switch {
	case f.IsID:
		return []string{uuid.Must(uuid.NewV7()).String()}
	case f.IsDate:
		return []string{"2026-10-01"}
	case f.Name == "check":
		return review.Codes()[:1]
	}
	var all []string
	for _, c := range f.Choices {
		all = append(all, c.Value)
	}
	return all
}

// Whatever a list says that it can be narrowed to, it answers, alone, on its page and as a file.
func TestEachFilterOfEachListAnswersOnItsPageAndInItsFile(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	c := s.SignIn(auth.Admin)
	prices := c.Get("/price-lists/new").FormTo("/price-lists").Set("name", "Standard", "currency",
		"USD").Submit().Next().Path()
	asked := 0
	for _, l := range []narrowed{
		narrow("/accounts", account.All), narrow("/audit", audit.Trail), narrow("/changes", ledger.All),
		narrow("/contracts", contract.All), narrow("/crm-accounts", crm.All), narrow("/invoices",
			invoice.All(time.UTC)),
		narrow("/invoice-lines", invoice.AllLines), narrow("/mails", mail.All), narrow("/notices", notify.All),
		narrow("/price-lists", price.Lists),
		narrow(prices, price.Items), narrow("/providers", provider.All), narrow("/subscriptions", list.All),
		narrow("/sync-runs", syncing.Runs), narrow("/bulk", selection.All), narrow("/crm-sources", crmsource.All),
		narrow("/cutovers", cutover.All), narrow("/mapping/list", mapping.Queue(clock.Today(s.App.Clock, time.UTC))),
		narrow("/books/exports", books.All), narrow("/supplier-bills", supplier.All),
	} {
		spec, err := l.spec(t.Context(), s.App.DB.Read(t.Context()))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range spec.Filters {
			for _, v := range valuesOf(f) {
				for _, file := range []string{"", ".csv"} {
					asked++
					at := l.path + file + "?" + url.Values{f.Name: {v}}.Encode()
					if p := c.Look(at); p.Status != http.StatusOK {
						t.Errorf("%s answers %d", at, p.Status)
					}
				}
			}
		}
	}
	if asked < 100 {
		t.Errorf("only %d addresses were asked", asked)
	}
}
