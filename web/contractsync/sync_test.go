package contractsync_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"seatledger/internal/auth"
	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/syncing"
	"seatledger/internal/testkit/htmlcheck"
)

const (
	premium = "CFQ7TTC0LCHC:0002:P1Y:M"
	basic   = "CFQ7TTC0LH18:0001:P1Y:M"
)

// price sets what a seat of a product costs in the contract's list, from its first day.
func (d *desk) price(contract uuid.UUID, part, price string) {
	d.Helper()
	d.exec(`INSERT INTO products (id, vendor, part_number, vendor_assumed, created_at, updated_at)
		SELECT ?, 'Microsoft', ?, true, now(), now()
		WHERE NOT EXISTS (SELECT FROM products
		WHERE lower(part_number) = lower(?))`, uuid.Must(uuid.NewV7()), part, part)
	for _, term := range []string{"monthly", "annual"} {
		d.exec(`INSERT INTO price_list_items (id, price_list_id, product_id, unit, term, billing_frequency, unit_price,
			effective_from, created_at, updated_at)
			SELECT ?, c.price_list_id, p.id, 'month', ?, 'monthly', ?::numeric, '2020-01-01', now(), now()
			FROM billing_contracts c, products p
			WHERE c.id = ? AND lower(p.part_number) = lower(?)`, uuid.Must(uuid.NewV7()), term, price, contract, part)
	}
}

func ticked(doc *goquery.Document) []string {
	var out []string
	doc.Find("input[name=external_id]").Each(func(_ int, s *goquery.Selection) {
		if _, on := s.Attr("checked"); on {
			out = append(out, s.AttrOr("value", ""))
		}
	})
	return out
}

func TestTickedOnesLandHereAndTheOthersOnlyWhenTickedLater(t *testing.T) {
	t.Parallel()
	d := open(t)
	a, b := d.buy(premium, 5), d.buy(basic, 7)
	d.price(d.contract, premium, "30")
	d.price(d.contract, basic, "9")

	d.post(http.StatusSeeOther, "list", "1")
	d.work()
	if got := d.lies(a); got != "not here" {
		t.Fatalf("a listing brought it in: %s", got)
	}
	if d := cmp.Diff([]string{a, b}, ticked(d.get())); d != "" {
		t.Errorf("new ones are not ticked beforehand: %s", d)
	}
	d.post(http.StatusSeeOther, "ticked", "on", "external_id", a)
	d.work()
	if x, y := d.lies(a), d.lies(b); x != "Licences 30" || y != "never" {
		t.Fatalf("ticked: %s, unticked: %s", x, y)
	}
	d.run(syncing.Request{ProviderID: d.provider, Kind: syncing.Subscriptions})
	if got := d.lies(b); got != "never" {
		t.Fatalf("landed by itself: %s", got)
	}
	doc := d.get()
	if text := htmlcheck.Text(doc.Find("main")); !strings.Contains(text, "left unticked before") ||
		len(ticked(doc)) != 0 {
		t.Errorf("ticked beforehand: %v; %s", ticked(doc), text)
	}
	d.post(http.StatusSeeOther, "external_id", b)
	d.work()
	if got := d.lies(b); got != "Licences 9" {
		t.Errorf("ticked later: %s", got)
	}
}

func TestARunOfAllTakesFromNoOtherContractAndFollowsSeats(t *testing.T) {
	t.Parallel()
	d := open(t)
	a := d.buy(premium, 5)
	d.post(http.StatusSeeOther)
	d.work()
	if got := d.lies(a); got != "Licences" {
		t.Fatalf("all: %s", got)
	}
	d.contract = d.newContract("Second", d.crm)
	d.ok(d.far.SetSeats(a, 6))
	b := d.buy(basic, 7)
	d.post(http.StatusSeeOther, "list", "1")
	d.work()
	text := htmlcheck.Text(d.get().Find("main"))
	for _, part := range []string{"Licences stays there", "6 here 5", "not here yet",
		"what no contract holds yet: 1 of those listed"} {
		if !strings.Contains(text, part) {
			t.Errorf("the page lacks %q: %s", part, text)
		}
	}
	d.post(http.StatusSeeOther)
	d.work()
	if x, y := d.lies(a), d.lies(b); x != "Licences" || y != "Second" {
		t.Errorf("%s, %s", x, y)
	}
	var seats int
	d.ok(d.db.Read(t.Context()).Raw(`SELECT ledger_quantity FROM subscriptions WHERE external_id = ?`,
		a).Scan(&seats).Error)
	if seats != 6 {
		t.Errorf("%d seats", seats)
	}
}

func TestNobodyTickedIsNotAll(t *testing.T) {
	t.Parallel()
	d := open(t)
	a := d.buy(premium, 5)
	d.post(http.StatusSeeOther, "list", "1")
	d.work()
	doc := d.page(d.post(http.StatusUnprocessableEntity, "ticked", "on", "provider", d.provider.String()))
	if len(ticked(doc)) != 0 || !strings.Contains(htmlcheck.Text(doc.Find(".summary")), "Tick at least one") ||
		len(d.queued) != 0 || d.lies(a) != "not here" {
		t.Errorf("ticked %v, queued %d: %s", ticked(doc), len(d.queued), htmlcheck.Text(doc.Find("main")))
	}
}

func TestWhatStandsInTheWayIsNamedWithItsRemedy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		prepare func(*desk)
		says    string
	}{
		"contract deactivated": {func(d *desk) {
			d.exec(`UPDATE billing_contracts
			SET active = false, deactivated_at = now()`)
		}, "Activate the contract first"},
		"nothing mapped": {func(d *desk) {
			d.exec(`UPDATE provider_accounts
			SET state = 'unmapped', crm_account_id = NULL`)
		}, "Map an account to it first"},
		"provider deactivated": {func(d *desk) { d.ok(d.providers.Deactivate(d.Context(), ada, d.provider)) },
			"Activate it first"},
		"provider unverified": {func(d *desk) { d.exec(`UPDATE providers SET checked_at = NULL, check_result = NULL`) },
			"Verify the connectivity first"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			c.prepare(d)
			for _, form := range [][]string{{"list", "1"}, {}, {"external_id", "1"}} {
				if text := d.post(http.StatusConflict, form...).Body.String(); !strings.Contains(text, c.says) {
					t.Errorf("%v does not say %q", form, c.says)
				}
			}
			if len(d.queued) != 0 {
				t.Error("a run was queued")
			}
			d.get()
		})
	}
}

func TestAPersonMayAskAnUnverifiedProviderAllTheSame(t *testing.T) {
	t.Parallel()
	d := open(t)
	a := d.buy(premium, 5)
	d.exec(`UPDATE providers SET checked_at = NULL, check_result = NULL`)
	form := d.page(d.post(http.StatusConflict, "external_id", a, "ticked", "on")).Find("main form").First()
	var pairs []string
	form.Find("input").Each(func(_ int, s *goquery.Selection) {
		pairs = append(pairs, s.AttrOr("name", ""), s.AttrOr("value", ""))
	})
	d.post(http.StatusSeeOther, pairs...)
	d.work()
	if got := d.lies(a); got != "Licences" {
		t.Error(got)
	}
}

func TestOfSeveralProvidersOneIsChosen(t *testing.T) {
	t.Parallel()
	d := open(t)
	second := d.verified("Another", "100300")
	d.exec(`INSERT INTO provider_accounts (id, provider_id, external_id, name, provider_status, state, crm_account_id,
		first_seen_at, updated_at)
		VALUES (?, ?, 'elsewhere', 'Contoso', 'active', 'mapped', ?, now(),
			now())`, uuid.Must(uuid.NewV7()), second, d.crm)
	doc := d.page(d.post(http.StatusUnprocessableEntity, "list", "1"))
	if n := doc.Find("input[name=list]").Length(); n != 2 ||
		!strings.Contains(htmlcheck.Text(doc.Find(".summary")), "Choose the one to ask") {
		t.Errorf("%d providers to choose from: %s", n, htmlcheck.Text(doc.Find("main")))
	}
	d.post(http.StatusUnprocessableEntity, "list", "1", "provider", "x")
	d.post(http.StatusConflict, "list", "1", "provider", uuid.NewString())
	d.post(http.StatusSeeOther, "list", "1", "provider", d.provider.String())
	d.work()
	d.ok(d.providers.Deactivate(d.Context(), ada, second))
	d.post(http.StatusSeeOther, "list", "1")
	d.work()
}

func TestAnUnfinishedRunIsFoundAndSaidSo(t *testing.T) {
	t.Parallel()
	d := open(t)
	first := d.post(http.StatusSeeOther, "list", "1").Header().Get("Location")
	if again := d.post(http.StatusSeeOther).Header().Get("Location"); again != first {
		t.Errorf("%s, then %s", first, again)
	}
}

func TestAListingGrowsOld(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.post(http.StatusSeeOther, "list", "1")
	d.work()
	if text := htmlcheck.Text(d.get().Find("main")); !strings.Contains(text, "just now") ||
		strings.Contains(text, "is old") {
		t.Error(text)
	}
	d.clock.Advance(50 * time.Hour)
	if text := htmlcheck.Text(d.get().Find("main")); !strings.Contains(text, "2 days ago") ||
		!strings.Contains(text, "is old") {
		t.Error(text)
	}
}

func TestAViewerSeesTheListingAndNoCommand(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.buy(premium, 5)
	d.post(http.StatusSeeOther, "list", "1")
	d.work()
	d.role = auth.Viewer
	if n := d.get().Find("main form, main input").Length(); n != 0 {
		t.Errorf("%d forms and boxes", n)
	}
}

func TestAMovedSubscriptionIsNotTakenUnseen(t *testing.T) {
	t.Parallel()
	d := open(t)
	other := d.far.Customers()[0]
	if other.CustomerNo == d.customer.CustomerNo {
		other = d.far.Customers()[1]
	}
	s, err := d.far.AddSubscription(sandbox.NewSubscription{CustomerNo: other.CustomerNo, PartNumber: premium,
		Quantity: 3})
	d.ok(err)
	d.run(syncing.Request{ProviderID: d.provider, Kind: syncing.Subscriptions})
	d.ok(d.far.MoveSubscription(s.ID, d.customer.CustomerNo))
	d.post(http.StatusSeeOther, "list", "1")
	d.work()
	if text := htmlcheck.Text(d.get().Find("main")); !strings.Contains(text, "under another account") {
		t.Error(text)
	}
	d.post(http.StatusSeeOther)
	d.work()
	if got := d.lies(s.ID); got != "none" {
		t.Fatalf("taken unseen: %s", got)
	}
	d.post(http.StatusSeeOther, "external_id", s.ID)
	d.work()
	if got := d.lies(s.ID); got != "Licences" {
		t.Errorf("chosen: %s", got)
	}
}
