package manual

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/auth"
)

func TestAnAccountAndItsSubscriptionAreEnteredByForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("By hand", "manual")
	olga := w.person("Olga Example", auth.Operator)
	if a := olga.get(providerPath(p) + "/accounts/new"); a.StatusCode != http.StatusOK {
		t.Fatalf("the form: %d", a.StatusCode)
	}
	made := olga.post(providerPath(p)+"/accounts", "external_id", " 10001 ", "name", "Aspen", "domain",
		"https://www.aspen.example/", "tenant_id", "{2B1F0E5C-7A41-4D0E-9A53-0C6A1D0E7F11}")
	account := w.value(`SELECT id::text FROM provider_accounts WHERE provider_id = ? AND external_id = '10001'
		AND domain = 'aspen.example' AND tenant_id = '2b1f0e5c-7a41-4d0e-9a53-0c6a1d0e7f11' AND state = 'unmapped'`, p)
	if made.StatusCode != http.StatusSeeOther || made.Header.Get("Location") != "/accounts/"+account {
		t.Fatalf("account: %d to %s %s", made.StatusCode, made.Header.Get("Location"), made.text())
	}
	if a := olga.get(providerPath(p) +
		"/subscriptions/new?account=10001"); a.page.Find("select[name=account_external_id] option[selected]").
		AttrOr("value", "") != "10001" {
		t.Errorf("the account is not chosen: %s", a.text())
	}
	made = olga.post(providerPath(p)+"/subscriptions", subscriptionFields("S-1", "12")...)
	id := w.value(`SELECT id::text FROM subscriptions WHERE external_id = 'S-1' AND quantity = 12 AND unit_cost = 10.4
		AND cost_period = 'month' AND state = 'held' AND hold_reason = 'unmapped'`)
	if made.StatusCode != http.StatusSeeOther || made.Header.Get("Location") != "/subscriptions/"+id {
		t.Fatalf("subscription: %d to %s %s", made.StatusCode, made.Header.Get("Location"), made.text())
	}
	if row := w.value(`SELECT concat_ws(' ', event, effective_at, delta, estimated, source, actor)
		FROM license_changes`); row != "create 2026-05-01 12 f person Olga Example" {
		t.Errorf("ledger row: %s", row)
	}
}

func subscriptionFields(external, quantity string) []string {
	return []string{"account_external_id", "10001", "external_id", external, "part_number", "CFQ7", "product",
		"Business Standard", "quantity", quantity,
		"unit_cost", "10.40", "cost_period", "month", "currency", "usd", "term", "annual", "billing_frequency",
		"monthly", "start_date", "2026-05-01", "end_date", "2027-04-30"}
}

func TestARefusedFormKeepsWhatWasTypedAndSaysAllThatIsWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("By hand", "manual")
	w.account(p, "10001", "Aspen")
	olga := w.person("Olga Example", auth.Operator)
	for what, x := range map[string]struct {
		path   string
		fields []string
		wrong  []string
	}{
		"an empty account": {"/accounts", nil, []string{"external_id", "name"}},
		"a known account": {"/accounts", []string{"external_id", "10001", "name", "Birch"},
			[]string{"external_id"}},
		"bad ids": {"/accounts", []string{"external_id", "2", "name", "Birch", "domain", "a b",
			"tenant_id", "x"}, []string{"domain", "tenant_id"}},
		"an empty subscription": {"/subscriptions", nil, []string{"account_external_id", "external_id", "quantity"}},
		"an unknown account": {"/subscriptions", []string{"account_external_id", "99", "external_id", "S",
			"quantity", "1"}, []string{"account_external_id"}},
		"seats that are none": {"/subscriptions",
			[]string{"account_external_id", "10001", "external_id", "S", "quantity", "1.5"}, []string{"quantity"}},
		"negative seats": {"/subscriptions",
			[]string{"account_external_id", "10001", "external_id", "S", "quantity", "-1"}, []string{"quantity"}},
		"words that nobody knows": {"/subscriptions", []string{"account_external_id", "10001", "external_id", "S",
			"quantity", "1", "unit_cost", "ten", "cost_period", "eon", "currency", "dollar", "term", "x",
			"billing_frequency", "zzz", "start_date", "1.2.2026"},
			[]string{"unit_cost", "cost_period", "currency", "term", "billing_frequency", "start_date"}},
	} {
		a := olga.post(providerPath(p)+x.path, x.fields...)
		if a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", what, a.StatusCode, a.text())
		}
		for _, field := range x.wrong {
			if a.page.Find("#f-"+field+"-error").Length() != 1 ||
				a.page.Find(".summary a[href='#f-"+field+"']").Length() != 1 {
				t.Errorf("%s: nothing is said at %s", what, field)
			}
		}
		for i := 0; i+1 < len(x.fields); i += 2 {
			f := a.page.Find("[name=" + x.fields[i] + "]")
			if v := f.AttrOr("value", f.Find("option[selected]").AttrOr("value", "")); v != x.fields[i+1] {
				t.Errorf("%s: %s came back as %q", what, x.fields[i], v)
			}
		}
	}
	if n := w.value(`SELECT (SELECT count(*) FROM subscriptions) + (SELECT count(*)
		FROM provider_accounts) || ''`); n != "1" {
		t.Errorf("%s records", n)
	}
}

func TestWhatAConnectorReadsIsNotEnteredByHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North", "stellr")
	w.account(p, "10001", "Aspen")
	olga := w.person("Olga Example", auth.Operator)
	paths := []string{"/accounts", "/subscriptions", "/import"}
	for _, path := range paths {
		a := olga.post(providerPath(p)+path, "external_id", "1", "name", "x")
		if a.StatusCode != http.StatusConflict || !strings.Contains(a.text(), "come from the distributor") {
			t.Errorf("POST %s: %d %s", path, a.StatusCode, a.text())
		}
		if a := olga.get(providerPath(p) + path); a.StatusCode != http.StatusConflict {
			t.Errorf("GET %s: %d", path, a.StatusCode)
		}
		if a := olga.post(providerPath(uuid.New()) + path); a.StatusCode != http.StatusNotFound {
			t.Errorf("an unknown provider, %s: %d", path, a.StatusCode)
		}
	}
	closed := w.provider("Closed", "manual")
	w.exec(`UPDATE providers SET active = false WHERE id = ?`, closed)
	if a := olga.post(providerPath(closed)+"/accounts", "external_id", "1", "name",
		"x"); a.StatusCode != http.StatusConflict || !strings.Contains(a.text(), "deactivated") {
		t.Errorf("a deactivated one: %d %s", a.StatusCode, a.text())
	}
	if a := w.person("Vera Example",
		auth.Billing).post(providerPath(closed) + "/accounts"); a.StatusCode != http.StatusForbidden {
		t.Errorf("another role: %d", a.StatusCode)
	}
}

func TestAChangeOfSeatsIsARowDatedAsTyped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("By hand", "manual")
	w.account(p, "10001", "Aspen")
	olga := w.person("Olga Example", auth.Operator)
	olga.post(providerPath(p)+"/subscriptions", subscriptionFields("S-1", "12")...)
	id := w.value(`SELECT id::text FROM subscriptions`)
	path := "/subscriptions/" + id + "/quantity"
	form := olga.get(path)
	if form.StatusCode != http.StatusOK || form.page.Find("[name=quantity]").AttrOr("value", "") != "12" {
		t.Fatalf("form: %d %s", form.StatusCode, form.text())
	}
	done := olga.post(path, "quantity", "15", "effective_at", "2026-10-20", "note", "three new people")
	if done.StatusCode != http.StatusSeeOther || done.Header.Get("Location") != "/subscriptions/"+id {
		t.Fatalf("%d %s", done.StatusCode, done.text())
	}
	olga.post(path, "quantity", "9")
	olga.post(path, "quantity", "9")
	rows := w.values(`SELECT concat_ws(' ', event, effective_at, delta, quantity_after, estimated, source, note)
		FROM license_changes ORDER BY seq`)
	want := "create 2026-05-01 12 12 f person |update 2026-10-20 3 15 f person three new people|update 2026-11-03 -6 " +
		"9 f person "
	if got := strings.Join(rows, "|"); got != want {
		t.Errorf("rows\n%s\nwant\n%s", got, want)
	}
	for what, x := range map[string]struct {
		fields []string
		want   int
	}{
		"nothing": {nil, 422}, "no number": {[]string{"quantity", "many"}, 422},
		"no date":        {[]string{"quantity", "3", "effective_at", "soon"}, 422},
		"too early":      {[]string{"quantity", "1", "effective_at", "2020-01-01"}, 422},
		"an old version": {[]string{"quantity", "3", "version", "1"}, 409},
	} {
		if a := olga.post(path, x.fields...); a.StatusCode != x.want {
			t.Errorf("%s: %d %s", what, a.StatusCode, a.text())
		}
	}
	if a := olga.post("/subscriptions/"+uuid.NewString()+"/quantity", "quantity",
		"3"); a.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown one: %d", a.StatusCode)
	}
}

func TestTheSeatsOfAConnectorsSubscriptionAreNotTyped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("By hand", "manual")
	w.account(p, "10001", "Aspen")
	olga := w.person("Olga Example", auth.Operator)
	olga.post(providerPath(p)+"/subscriptions", subscriptionFields("S-1", "12")...)
	owner := w.db.Owner()
	if _, err := owner.Exec(t.Context(),
		`ALTER TABLE providers DISABLE TRIGGER providers_frozen; UPDATE providers SET connector = 'stellr-legacy'`); err != nil {
		t.Fatal(err)
	}
	path := "/subscriptions/" + w.value(`SELECT id::text FROM subscriptions`) + "/quantity"
	for _, fields := range [][]string{{"quantity", "3"}, {"quantity", "nonsense"}} {
		if a := olga.post(path, fields...); a.StatusCode != http.StatusConflict ||
			!strings.Contains(a.text(), "come from the distributor") {
			t.Errorf("%v: %d %s", fields, a.StatusCode, a.text())
		}
	}
}
