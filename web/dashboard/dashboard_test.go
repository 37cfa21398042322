package dashboard_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/htmlcheck"
)

// figures are the page's numbers by the link that opens their rows.
func figures(doc *goquery.Document) map[string]string {
	out := map[string]string{}
	doc.Find("a.stat").Each(func(_ int, s *goquery.Selection) {
		if unit := htmlcheck.Text(s.Find(".stat__unit")); len(unit) == 3 && strings.ToUpper(unit) == unit {
			return // money, which has a test of its own
		}
		value := s.Find(".stat__value").Clone()
		value.Find(".stat__unit").Remove()
		out[s.AttrOr("href", "")] = htmlcheck.Text(value)
	})
	doc.Find("td a").Each(func(_ int, s *goquery.Selection) { out[s.AttrOr("href", "")] = htmlcheck.Text(s) })
	return out
}

func TestEveryNumberOpensExactlyItsRows(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			d := open(t)
			r := d.dice(seed)
			r.fill()
			d.exec(`UPDATE sync_runs SET state = 'interrupted', finished_at = NULL
				WHERE id = (SELECT id FROM sync_runs WHERE kind <> 'listing' ORDER BY requested_at LIMIT 1)`)
			doc := d.page()
			if n := doc.Find(".stat:not(.stat--link)").Length(); n != 0 {
				t.Errorf("%d numbers open nothing", n)
			}
			all, above := figures(doc), 0
			if len(all) < 25 {
				t.Errorf("only %d figures", len(all))
			}
			for href, value := range all {
				n, err := strconv.Atoi(value)
				if err != nil {
					t.Errorf("%s: %q is no number", href, value)
				}
				if rows := d.rows(href); rows != n {
					t.Errorf("%s says %d and opens %d rows", href, n, rows)
				}
				if n > 0 {
					above++
				}
			}
			if above < 15 {
				t.Errorf("only %d of %d figures are above zero, so little is proved", above, len(all))
			}
		})
	}
}

func TestTheSignedOnesAreToldOfAllThatAreToSign(t *testing.T) {
	t.Parallel()
	d := open(t)
	r := d.dice(1)
	r.fill()
	var signed, total int
	err := d.db.Read(t.Context()).
		Raw(`SELECT count(*) FILTER (WHERE review = 'signed'), count(*) FROM subscriptions WHERE state <> 'inactive'
			AND hold_reason IS DISTINCT FROM 'excluded'`).Row().Scan(&signed, &total)
	if err != nil {
		t.Fatal(err)
	}
	if text := htmlcheck.Text(d.page().Find("main")); !strings.Contains(text,
		fmt.Sprintf("%d of %d signed", signed, total)) {
		t.Errorf("%d of %d is not said: %s", signed, total, text)
	}
}

func TestALastSuccessThatIsTooOldIsCalledStale(t *testing.T) {
	t.Parallel()
	d := open(t)
	id, now := uuid.Must(uuid.NewV7()), d.clock.Now()
	d.exec(`INSERT INTO providers (id, name, connector, comprehensive_api, active, credentials_at, created_at,
		updated_at) VALUES (?, 'One', 'stellr', true, true, ?, ?, ?)`, id, now, now, now)
	run := func(kind, only string, ago time.Duration) {
		d.exec(`INSERT INTO sync_runs (id, provider_id, kind, trigger, state, requested_by, requested_at, finished_at,
			only_accounts) VALUES (?, ?, ?, 'person', 'succeeded', 'Ada', ?, ?, ?::jsonb)`,
			uuid.Must(uuid.NewV7()), id, kind, now, now.Add(-ago), only)
	}
	cells := func() string { return htmlcheck.Text(d.page().Find("tbody tr").First()) }
	if s := cells(); strings.Count(s, "never") != 2 {
		t.Error(s)
	}
	run("accounts", "[]", time.Hour)
	run("subscriptions", "[]", 30*time.Hour)
	run("subscriptions", `["4711"]`, time.Hour) // only a part
	if s := cells(); strings.Count(s, "stale") != 1 || strings.Contains(s, "never") {
		t.Error(s)
	}
}

func TestAnEmptyInstallationIsLedStepByStep(t *testing.T) {
	t.Parallel()
	d := open(t)
	doc := d.page()
	if doc.Find(".stat").Length() != 0 || doc.Find("main ol.steps a[href='/providers/new?first=1']").Length() != 1 ||
		doc.Find("main .steps a").Length() != 1 {
		t.Errorf("first step: %s", htmlcheck.Text(doc.Find("main")))
	}
	id, now := uuid.Must(uuid.NewV7()), d.clock.Now()
	d.exec(`INSERT INTO providers (id, name, connector, comprehensive_api, active, credentials_at, created_at,
		updated_at) VALUES (?, 'One', 'stellr', true, true, ?, ?, ?)`, id, now, now, now)
	doc = d.page()
	if doc.Find(".step--done").Length() != 1 ||
		doc.Find(".step--now a[href='/providers/"+id.String()+"']").Length() != 1 {
		t.Errorf("second step: %s", htmlcheck.Text(doc.Find(".steps")))
	}
	d.role = auth.Viewer
	if text := htmlcheck.Text(d.page().Find(".step--now")); !strings.Contains(text, "for the role Operator") {
		t.Error(text)
	}
}

func TestTheStepsStandUntilTheFirstRunIsBilledAndCanBeOpenedAgain(t *testing.T) {
	t.Parallel()
	d := open(t)
	r := d.dice(2)
	r.fill()
	text := htmlcheck.Text(d.page().Find(".steps"))
	order := []string{"Sync the subscriptions", "Enter prices", "Make billing contracts", "Review and sign off",
		"Bill the first run"}
	for i, step := range order {
		at := strings.Index(text, step)
		if at < 0 || i > 0 && at < strings.Index(text, order[i-1]) {
			t.Errorf("%s stands in no such order: %s", step, text)
		}
	}
	contract := uuid.Must(uuid.NewV7())
	d.exec(`INSERT INTO billing_contracts (id, crm_account_id, name, currency, billing_frequency, timing, billing_day,
		start_date, refunds, is_default, active, created_at, updated_at) SELECT ?, id, 'Billed', 'USD', 'monthly',
		'advance', 1, '2024-01-01', 'global', false, true, now(), now() FROM crm_accounts ORDER BY id LIMIT 1`, contract)
	d.exec(`INSERT INTO invoices (id, contract_id, crm_account_id, kind, state, currency, total, period_start,
		period_end, drafted_by, drafted_at, number, number_text, number_series, issued_at)
		SELECT gen_random_uuid(), id, crm_account_id, 'change_log', 'billed', 'USD', 120, '2026-11-01', '2026-12-01',
			'Bea', now(), 7, '7', '#', '2026-11-02T09:00:00Z' FROM billing_contracts WHERE id = ?`, contract)
	doc := d.page()
	if n := doc.Find(".steps").Length(); n != 0 {
		t.Error("the first steps are still shown")
	}
	if doc.Find("main a[href='/?steps=1']").Length() != 1 {
		t.Error("nothing opens them again")
	}
	if !strings.Contains(d.get("/?steps=1"), "Bill the first run") {
		t.Error("they do not open again")
	}
}
