package mapping_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/webtest"
)

// world is a site with providers, accounts and customers to map.
type world struct {
	*webtest.Site
	t testing.TB
}

func newWorld(t testing.TB) world {
	t.Helper()
	w := world{webtest.Start(t, webtest.Options{}), t}
	// What is certain is left to the tests.
	w.exec(`INSERT INTO settings (name, value, updated_at, updated_by)
		VALUES ('general', '{"auto_map": false}', now(), 'Robin Example')`)
	return w
}

func (w world) operator() *webtest.Client { return w.SignIn(auth.Operator) }

func (w world) exec(sql string, args ...any) {
	w.t.Helper()
	if err := w.DB.Read(w.t.Context()).Exec(sql, args...).Error; err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
}

func (w world) value(sql string, args ...any) string {
	w.t.Helper()
	var s string
	if err := w.DB.Read(w.t.Context()).Raw(sql, args...).Row().Scan(&s); err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
	return s
}

func (w world) provider(name string) uuid.UUID {
	w.t.Helper()
	id, now := uuid.Must(uuid.NewV7()), time.Now()
	w.exec(`INSERT INTO providers (id, name, connector, comprehensive_api, host, reseller_number, currency, active,
		credentials_at, created_at, updated_at)
		VALUES (?, ?, 'stellr', true, ?, '1', 'USD', true, ?, ?, ?)`, id, name, name, now, now, now)
	return id
}

// company is what both sides may know.
type company struct{ name, domain, tenant, street, city, phone string }

func (w world) account(provider uuid.UUID, external string, c company) uuid.UUID {
	w.t.Helper()
	id, now := uuid.Must(uuid.NewV7()), time.Now()
	w.exec(`INSERT INTO provider_accounts (id, provider_id, external_id, name, domain, tenant_id, street, city, phone,
		country, provider_status, state, first_seen_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'US', 'active', 'unmapped', ?,
			?)`, id, provider, external, c.name, c.domain, c.tenant, c.street, c.city, c.phone, now, now)
	return id
}

func (w world) customer(c company) uuid.UUID {
	w.t.Helper()
	id, now := uuid.Must(uuid.NewV7()), time.Now()
	w.exec(`INSERT INTO crm_accounts (id, name, website, domain, tenant_id, street, city, phone, country, source,
		created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'US', 'person', ?, ?)`,
		id, c.name, c.domain, c.domain, c.tenant, c.street, c.city, c.phone, now, now)
	return id
}

func (w world) suggest(provider uuid.UUID) {
	w.t.Helper()
	if _, err := w.App.Mapping.Refresh(w.t.Context(), provider); err != nil {
		w.t.Fatal(err)
	}
}

// state is how an account stands, in words.
func (w world) state(account uuid.UUID) string {
	w.t.Helper()
	return w.value(`SELECT concat_ws(' ', a.state, c.name, nullif(a.exclude_reason, '')) FROM provider_accounts a LEFT
		JOIN crm_accounts c ON c.id = a.crm_account_id WHERE a.id = ?`, account)
}

// towns makes companies that are clearly told apart: each has a domain of its own.
func towns(n int) []company {
	var out []company
	for i := range n {
		a, b := syllables[i%len(syllables)], syllables[(i/len(syllables)+i*7+3)%len(syllables)]
		name := fmt.Sprintf("%s%s %s", strings.ToUpper(a[:1])+a[1:], b, trades[i%len(trades)])
		out = append(out, company{name: name, domain: fmt.Sprintf("%s%s%d.example", a, b, i), city: a + "ville",
			street: fmt.Sprintf("%d %s Street", i+10, b), phone: fmt.Sprintf("+1 503 555 %04d", i)})
	}
	return out
}

var (
	syllables = strings.Fields("har bel mon tav rud cal fen dor wex lin pra sol quin zam ost vey nar gul hex tor")
	trades    = strings.Fields("Dental Legal Bakery Freight Clinic Optics Tiles Roofing Brewery Printing Studio")
)
