package demo

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"seatledger/internal/account"
	"seatledger/internal/app"
	"seatledger/internal/auth"
	"seatledger/internal/config"
	"seatledger/internal/demo/story"
	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/elsewhere"
	"seatledger/internal/invoice"
	"seatledger/internal/provider"
	"seatledger/internal/subscription"
	"seatledger/internal/subscription/list"
	"seatledger/internal/syncing"
)

// TestMain lets the test's own program be the distributor, as the demo starts itself as one.
func TestMain(m *testing.M) {
	if os.Getenv(UntilStdinCloses) == "" {
		os.Exit(m.Run())
	}
	ctx, end := context.WithCancel(context.Background())
	go func() {
		defer end()
		_, _ = os.Stdin.Read(make([]byte, 1))
	}()
	if err := sandbox.Run(ctx, os.Args[2:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// shown is a cut-over demo once it serves.
type shown struct {
	testing.TB
	demo   *Demo
	app    *app.App
	report string
}

// show runs the demo in a data folder, and shows it to look until it is stopped again.
func show(t *testing.T, folder string, look func(shown)) {
	t.Helper()
	set := map[string]string{"DATA_DIR": folder, "DATABASE_URL": "",
		"SYNC_AT": time.Now().UTC().Add(12 * time.Hour).Format("15:04")}
	getenv := func(name string) string {
		if v, ok := set[strings.TrimPrefix(name, config.Prefix)]; ok {
			return v
		}
		return os.Getenv(name)
	}
	d, err := prepare(t.Context(), options{cutover: true, customers: story.Fewest}, getenv,
		slog.New(slog.DiscardHandler))
	must(t, err)
	defer func() { must(t, d.Close()) }()
	var out bytes.Buffer
	must(t, d.MakeYear(t.Context(), &out))
	a, err := app.Start(t.Context(), d.Config, d.log)
	must(t, err)
	defer func() { must(t, a.Close(context.WithoutCancel(t.Context()))) }()
	must(t, d.Walk(t.Context(), a, "http://seats.example", &out))
	look(shown{t, d, a, out.String()})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestACutOverBeginsAfterAYearThatIsBilledAndAddsUp(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	var before figures
	show(t, folder, func(s shown) {
		before = s.figures()
		s.everyMonthIsBilled()
		s.seatsAddUp()
		s.sidesStand()
		if !strings.Contains(s.report, "http://seats.example/cutovers/new") ||
			!strings.Contains(lastLine(s.report), "Password: ") {
			t.Errorf("the report does not say how to go on:\n%s", s.report)
		}
	})
	show(t, folder, func(s shown) {
		if d := cmp.Diff(before, s.figures()); d != "" {
			t.Errorf("a second run changed what was there (-first +second):\n%s", d)
		}
		if r := s.sync(oldProvider); r.Added+r.Changed+r.Gone+r.Failed > 0 {
			t.Errorf("the distributor of the second run tells another story: %+v", r)
		}
		if r := s.sync(newProvider); r.Added == 0 || r.Gone+r.Failed > 0 {
			t.Errorf("the new provider's subscriptions: %+v", r)
		}
	})
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}

// figures are what a run must leave as it found it.
type figures struct {
	Seats    map[string]int
	Invoices map[string]string
	Accounts map[string]account.Progress
}

func (s shown) figures() figures {
	f := figures{Seats: map[string]int{}, Invoices: map[string]string{}, Accounts: map[string]account.Progress{}}
	for _, r := range s.subscriptions() {
		f.Seats[r.ExternalID] = r.LedgerQuantity
	}
	for _, r := range s.invoices() {
		f.Invoices[r.Called()] = r.Total.String()
	}
	for name, p := range s.have() {
		progress, err := account.ProgressOf(s.Context(), s.app.DB.Read(s.Context()), p.ID)
		must(s, err)
		f.Accounts[name] = progress
	}
	return f
}

func (s shown) have() map[string]provider.Provider {
	s.Helper()
	all, err := providers(s.Context(), s.app.DB.Read(s.Context()))
	must(s, err)
	return all
}

func (s shown) sync(name string) syncing.Run {
	s.Helper()
	me, err := auth.ByEmail(s.Context(), s.app.DB.Read(s.Context()), adminEmail)
	must(s, err)
	r, err := syncNow(s.Context(), s.app, me.Actor(), s.have()[name].ID, syncing.Subscriptions)
	must(s, err)
	return r
}

// everyMonthIsBilled, also by what each subscription is billed through.
func (s shown) everyMonthIsBilled() {
	s.Helper()
	y := s.demo.tale()
	issued := map[string]bool{}
	for _, r := range s.invoices() {
		issued[r.IssuedAt.Format("2006-01")] = true
	}
	for m := 0; !y.Month(m).After(y.ThisMonth()); m++ {
		if month := y.Month(m).String()[:7]; !issued[month] {
			s.Errorf("no invoice in %s", month)
		}
	}
	for _, r := range s.subscriptions() {
		if r.State == subscription.Active && r.BilledThrough.Before(y.ThisMonth()) {
			s.Errorf("%s of %s is billed through %q", r.Product, r.CRMAccount, r.BilledThrough)
		}
	}
	open, err := elsewhere.OpenRows(s.Context(), s.app.DB.Read(s.Context()), uuid.Nil, uuid.Nil)
	must(s, err)
	if len(open) == 0 {
		s.Error("nothing of this month is left to bill")
	}
	for _, r := range open {
		if r.EffectiveAt.Before(y.ThisMonth()) {
			s.Errorf("a change of %s was not billed: %+v", r.EffectiveAt, r)
		}
	}
}

func (s shown) seatsAddUp() {
	s.Helper()
	hand := 0
	for _, r := range s.subscriptions() {
		if r.LedgerQuantity != r.BillableQuantity {
			s.Errorf("%s: the counted rows come to %d, billable are %d", r.ExternalID, r.LedgerQuantity,
				r.BillableQuantity)
		}
		if r.State == subscription.Active && r.Review != "signed" {
			s.Errorf("%s of %s is %s", r.Product, r.CRMAccount, r.Review)
		}
		if r.DeactivatedBy == subscription.ByPerson {
			hand++
		}
	}
	if hand != 1 {
		s.Errorf("%d were deactivated by hand", hand)
	}
}

// sidesStand: the old side is decided, the new one verified and waiting.
func (s shown) sidesStand() {
	s.Helper()
	have := s.have()
	if c := have[newProvider].Connectivity(); c != provider.Verified {
		s.Errorf("the new provider is %s", c)
	}
	at := s.figures().Accounts
	if old := at[oldProvider]; old.Unmapped != 0 || old.Excluded != 1 || old.Mapped != story.Fewest-1 {
		s.Errorf("the old accounts: %+v", old)
	}
	if n := at[newProvider].Unmapped; n == 0 {
		s.Error("no new account waits to be mapped")
	}
}

func (s shown) subscriptions() []list.Row {
	s.Helper()
	y := &year{Demo: s.demo, app: s.app}
	rows, err := y.rows(s.Context(), nil)
	must(s, err)
	return rows
}

func (s shown) invoices() []invoice.ListRow {
	s.Helper()
	all, err := invoice.All(time.UTC).Some(s.Context(), s.app.DB.Read(s.Context()), "true", "i.seq DESC")
	must(s, err)
	return all
}
