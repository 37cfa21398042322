package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"seatledger/internal/app"
	"seatledger/internal/closing"
	"seatledger/internal/config"
	"seatledger/internal/distributor/sandbox"
)

// planted is what the stand-in distributor says is to be found in its last bill.
func planted(t *testing.T, d *Demo) []sandbox.PlantedError {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.far.url()+"/_sandbox/bill/errors", http.NoBody)
	must(t, err)
	answer, err := http.DefaultClient.Do(r)
	must(t, err)
	defer func() { _ = answer.Body.Close() }()
	var said struct{ Planted []sandbox.PlantedError }
	must(t, json.NewDecoder(answer.Body).Decode(&said))
	return said.Planted
}

// told is a difference of the last bill, and what was decided about it.
type told struct {
	Kind, ExternalID, Currency, State, Reason, Reference string
	OnceAmount                                           decimal.Decimal
}

// Two months before the last are closed and signed; in the last one each planted error is found with its kind and its
// money to the cent, one is disputed, one dismissed with a reason, others are to do.
func TestTheDemoClosesMonthsAndFindsWhatIsPlantedInTheLastBill(t *testing.T) {
	t.Parallel()
	set := map[string]string{"DATA_DIR": t.TempDir(), "DATABASE_URL": "",
		"SYNC_AT": time.Now().UTC().Add(12 * time.Hour).Format("15:04")}
	getenv := func(name string) string {
		if v, ok := set[strings.TrimPrefix(name, config.Prefix)]; ok {
			return v
		}
		return os.Getenv(name)
	}
	d, err := prepare(t.Context(), options{customers: customers}, getenv, slog.New(slog.DiscardHandler))
	must(t, err)
	defer func() { must(t, d.Close()) }()
	a, err := app.Start(t.Context(), d.Config, d.log)
	must(t, err)
	defer func() { must(t, a.Close(context.WithoutCancel(t.Context()))) }()
	var out bytes.Buffer
	must(t, d.Walk(t.Context(), a, "http://seats.example", &out))

	months, err := a.Months.Months(t.Context(), a.DB.Read(t.Context()))
	must(t, err)
	var standing []string
	for _, m := range months {
		standing = append(standing, state(m))
	}
	if diff := cmp.Diff([]string{"no bill", "to do", "signed", "signed"}, standing); diff != "" {
		t.Error(diff)
	}
	errors := planted(t, d)
	kinds := map[string]bool{}
	for _, e := range errors {
		kinds[e.Kind] = true
	}
	if len(kinds) < 9 {
		t.Errorf("only %d kinds are planted: %v", len(kinds), kinds)
	}
	found := lastDifferences(t, a)
	for _, e := range errors {
		if !hit(found, e) {
			t.Errorf("%s of %s %s on %s is not among %+v", e.Kind, e.Amount, e.Currency, e.SubscriptionID,
				about(found, e.SubscriptionID))
		}
	}
	states := map[string]int{}
	for _, f := range found {
		if missing := f.Kind == "only_here" || f.Kind == "period"; missing && !planned(errors, f) {
			t.Errorf("invented: %+v", f)
		}
		states[f.State]++
		if f.State == "dismissed" && f.Reason == "" || f.State == "disputed" && f.Reference == "" {
			t.Errorf("decided without a word: %+v", f)
		}
	}
	for _, state := range []string{"todo", "disputed", "dismissed", "billed"} {
		if states[state] == 0 {
			t.Errorf("no difference is %s: %v", state, states)
		}
	}
}

func state(m closing.Row) string {
	switch {
	case m.Bills == 0:
		return "no bill"
	case m.At != nil && m.LapsedWhy == "" && m.Open == 0:
		return "signed"
	case m.Open > 0:
		return "to do"
	}
	return "open"
}

func lastDifferences(t *testing.T, a *app.App) (out []told) {
	t.Helper()
	must(t, a.DB.Read(t.Context()).Raw(`SELECT d.kind, d.external_id, d.currency, d.state, d.reason, d.reference,
			d.once_amount
		FROM differences d JOIN supplier_bills b ON b.id = d.bill_id WHERE d.gone_at IS NULL
			AND b.month = (SELECT max(month) FROM supplier_bills)`).Scan(&out).Error)
	return out
}

// hit tells whether an error was found with its kind and money.
func hit(found []told, e sandbox.PlantedError) bool {
	want := decimal.RequireFromString(e.Amount)
	for _, f := range found {
		if f.ExternalID == e.SubscriptionID && f.Kind == e.Kind && f.Currency == e.Currency &&
			f.OnceAmount.Equal(want) {
			return true
		}
	}
	return false
}

func planned(errors []sandbox.PlantedError, f told) bool {
	return slices.ContainsFunc(errors, func(e sandbox.PlantedError) bool { return hit([]told{f}, e) })
}

func about(found []told, external string) (out []told) {
	for _, f := range found {
		if f.ExternalID == external {
			out = append(out, f)
		}
	}
	return out
}
