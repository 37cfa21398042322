package bulk_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/webtest"
)

// shop is the whole site on a moved clock, with a manual provider, a customer and its contract.
type shop struct {
	*webtest.Site
	t        *testing.T
	admin    *webtest.Client
	provider string
	contract string
}

func newShop(t *testing.T, o webtest.Options) *shop {
	t.Helper()
	s := &shop{t: t, Site: webtest.Start(t, o)}
	s.admin = s.SignIn(auth.Admin)
	s.provider = s.made("/providers", "connector", "manual", "name", "By hand")
	customer := s.made("/crm-accounts", "external_id", "C-1", "name", "Contoso Ltd")
	s.made(s.provider+"/accounts", "external_id", "A-1", "name", "Contoso")
	account := s.admin.Get("/accounts.csv").Records()[0]["id"]
	s.made("/accounts/"+account+"/map", "crm_account_id", strings.TrimPrefix(customer, "/crm-accounts/"))
	s.contract = s.made("/contracts", "crm_account_id", strings.TrimPrefix(customer, "/crm-accounts/"), "name",
		"Licences", "currency", "USD",
		"start_date", "2026-01-01", "bill_from", "2026-11-01", "refunds", "yes", "is_default", "on")
	return s
}

var november = webtest.Options{At: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}

func values(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

func (s *shop) made(path string, pairs ...string) string {
	s.t.Helper()
	return s.admin.Post(path, values(pairs...)).Want(http.StatusSeeOther).Location()
}

// subscribe enters subscriptions of ten seats at ten dollars from November on, and gives their ids.
func (s *shop) subscribe(n int) []string {
	s.t.Helper()
	for i := range n {
		s.made(s.provider+"/subscriptions", "account_external_id", "A-1", "external_id", fmt.Sprintf("S-%02d", i),
			"part_number", fmt.Sprintf("PN-%d", i), "product", fmt.Sprintf("Product %02d", i), "quantity", "10",
			"unit_cost", "8", "cost_period", "month", "currency", "USD", "term", "annual",
			"billing_frequency", "monthly", "start_date", "2026-11-01")
	}
	ids := make([]string, n)
	for _, r := range s.admin.Get("/subscriptions.csv").Records() {
		var i int
		if _, err := fmt.Sscanf(r["external_id"], "S-%d", &i); err != nil {
			s.t.Fatal(err)
		}
		ids[i] = r["id"]
		s.made("/subscriptions/"+r["id"]+"/price", "unit_price", "10", "price_period", "month", "note", "agreed")
	}
	return ids
}

// states counts the subscriptions by a column of their file.
func (s *shop) states(column string) map[string]int {
	s.t.Helper()
	out := map[string]int{}
	for _, r := range s.admin.Get("/subscriptions.csv").Records() {
		out[r[column]]++
	}
	return out
}

func (s *shop) exec(sql string, args ...any) {
	s.t.Helper()
	if err := s.DB.Read(s.t.Context()).Exec(sql, args...).Error; err != nil {
		s.t.Fatalf("%s: %v", sql, err)
	}
}

func (s *shop) number(sql string, args ...any) (n int) {
	s.t.Helper()
	if err := s.DB.Read(s.t.Context()).Raw(sql, args...).Row().Scan(&n); err != nil {
		s.t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// accounts stores accounts that wait.
func (s *shop) accounts(n int) {
	s.t.Helper()
	for from := 1; from <= n; from += 500 { // no statement long enough for its limit on a busy machine
		s.exec(`INSERT INTO provider_accounts (id, provider_id, external_id, name, provider_status, state, first_seen_at,
			updated_at) SELECT gen_random_uuid(), ?, 'X-' || lpad(i::text, 5, '0'), 'Waiting ' || lpad(i::text, 5, '0'),
			'active', 'unmapped', now(), now() FROM generate_series(?::int, ?::int) i`,
			uuid.MustParse(strings.TrimPrefix(s.provider, "/providers/")), from, min(n, from+499))
	}
}
