package subscriptions_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
)

// The columns of CONTRACT, in their order.
const promised = "id,provider_id,provider,external_id,account_external_id,crm_account_id,crm_account,contract_id,contract,vendor,kind,product,part_number,quantity," +
	"unit_cost,cost_period,cost_currency,unit_price,price_period,currency,billing_frequency,term,start_date,end_date,provider_status,state,hold_reason,deactivated_by,billed_through,review"

func TestTheFileHasThePromisedColumnsAndEveryCent(t *testing.T) {
	t.Parallel()
	d := settled(t)
	d.sync(d.provider, d.account,
		record("S-1", func(r *distributor.Subscription) {
			r.UnitCost, r.Quantity = decimal.NewNullDecimal(dec("1234.500000")), 1000
		}),
		record("S-2"),
		record("S-5", func(r *distributor.Subscription) {
			r.UnitCost, r.Start, r.End, r.Status, r.StatusText, r.Vendor, r.ProductName = decimal.NullDecimal{},
				clock.Date{}, clock.Date{}, "", "", "=Vendor()", "@Formula"
		}),
		record("-3", func(r *distributor.Subscription) {
			r.UnitCost, r.ProductName = decimal.NewNullDecimal(dec("0.000001")), "Plain"
		}))
	body := d.do(httptest.NewRequest(http.MethodGet, "/subscriptions.csv?sort=external_id", nil),
		http.StatusOK).Body.String()
	head, rest, _ := strings.Cut(body, "\r\n")
	if !strings.HasPrefix(head, promised+",") || strings.Contains(strings.ReplaceAll(rest, "\r\n", ""), "\n") {
		t.Errorf("header %s", head)
	}
	want := map[string]map[string]string{
		"S-1": {"quantity": "1000", "unit_cost": "1234.5", "cost_period": "month", "cost_currency": "USD",
			"unit_price": "22", "price_period": "month", "currency": "USD", "term": "annual",
			"billing_frequency": "monthly", "start_date": "2026-01-15", "end_date": "2027-01-14",
			"provider_status": "active", "provider_status_text": "Active", "state": "active",
			"hold_reason": "", "deactivated_by": "", "billed_through": "", "vendor": "Microsoft", "kind": "licence",
			"crm_account": "Contoso Ltd", "contract": "Contoso monthly",
			"account_external_id": "A-1", "provider": "Northwind", "part_number": "CFQ7TTC0LCHC:0002",
			"product": "Business Premium", "review": "warn"},
		"S-5": {"unit_cost": "", "start_date": "", "end_date": "", "provider_status": "blank",
			"provider_status_text": "", "vendor": "'=Vendor()", "product": "'@Formula"},
		"'-3": {"unit_cost": "0.000001"},
	}
	for _, r := range d.file("/subscriptions.csv") {
		got := map[string]string{}
		for column := range want[r["external_id"]] {
			got[column] = r[column]
		}
		if diff := cmp.Diff(want[r["external_id"]], got); diff != "" {
			t.Errorf("%s: %s", r["external_id"], diff)
		}
		delete(want, r["external_id"])
	}
	if len(want) > 0 {
		t.Errorf("rows are missing: %v", want)
	}
}

func TestFiltersNarrowPageAndFileAlike(t *testing.T) {
	t.Parallel()
	d := settled(t)
	p, a := d.newProvider("Second", distributor.Stellr, "X-1")
	d.sync(p, a, record("X-1", func(r *distributor.Subscription) {
		r.Kind, r.Vendor, r.PartNumber, r.SKU = distributor.Usage, "Acme", "ACM-1", "7"
	}))
	for query, want := range map[string]int{
		"": 3, "provider=" + p.ID.String(): 1, "state=held": 1, "state=active": 2, "hold_reason=unmapped": 1,
		"review=fail": 1, "review=ok": 2, "review=signed": 0,
		"contract=" + d.contract.String(): 2, "crm_account=" + d.customer.String(): 2, "account=" + a.ID.String(): 1,
		"vendor=Acme": 1, "kind=usage": 1,
		"q=contoso+ltd": 2, "q=S-2": 1, "q=acm-1": 1, "q=%25": 0, "q=contoso.example": 3, "state=": 3, "nonsense=1": 3,
	} {
		if rows := d.file("/subscriptions.csv?" + query); len(rows) != want {
			t.Errorf("file %s: %d rows, want %d", query, len(rows), want)
		}
		if rows := d.get("/subscriptions?" + query).Find("main table tbody tr").Length(); rows != want {
			t.Errorf("page %s: %d rows, want %d", query, rows, want)
		}
	}
	for _, query := range []string{"state=odd", "review=bad", "kind=x", "vendor=Nobody",
		"provider=" + d.customer.String(), "contract=x", "sort=unit_cost", "after=x", "hold_reason=no"} {
		d.do(httptest.NewRequest(http.MethodGet, "/subscriptions?"+query, nil), http.StatusUnprocessableEntity)
	}
	if got := text(d.get("/subscriptions?contract=" + d.contract.String()).Find(".chips")); !strings.Contains(got,
		"Contract: Contoso monthly") {
		t.Errorf("chips %q", got)
	}
}

func TestEmptyListsSayWhy(t *testing.T) {
	t.Parallel()
	d := open(t)
	for path, want := range map[string]string{
		"/subscriptions": "No subscriptions yet", "/subscriptions?q=x": "No subscription matches",
		"/changes": "No changes yet", "/changes?event=carry": "No change matches",
	} {
		if main := text(d.get(path).Find("main")); !strings.Contains(main, want) {
			t.Errorf("%s: %s", path, main)
		}
	}
}

func TestTheChangesFileHasThePromisedColumnsAndEveryRow(t *testing.T) {
	t.Parallel()
	d := settled(t)
	d.sync(d.provider, d.account, record("S-1", func(r *distributor.Subscription) { r.Quantity = 8 }), record("S-2"))
	body := d.do(httptest.NewRequest(http.MethodGet, "/changes.csv", nil), http.StatusOK).Body.String()
	const promised = "id,subscription_id,provider_id,external_id,event,reason,effective_at,recorded_at,delta,quantity_after,counted,estimated,unit_cost,unit_price,currency,source,billing_state,invoice_id,origin_change_id," +
		"refund,replaces_id,set_aside,elsewhere_until"
	if !strings.HasPrefix(body, promised+",") {
		t.Errorf("header %.300s", body)
	}
	rows := d.file("/changes.csv?sort=recorded_at")
	if len(rows) != 5 {
		t.Fatalf("%d rows", len(rows))
	}
	want := map[string]string{"event": "update", "reason": "", "effective_at": "2026-11-22",
		"recorded_at": "2026-11-22T09:00:00Z", "delta": "3", "quantity_after": "8", "counted": "true",
		"estimated": "true", "unit_cost": "18.7", "unit_price": "22", "currency": "USD", "source": "sync",
		"billing_state": "open", "invoice_id": "", "origin_change_id": "", "external_id": "S-1"}
	got := map[string]string{}
	for column := range want {
		got[column] = rows[4][column]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for query, n := range map[string]int{
		"event=update": 1, "estimated=yes": 1, "estimated=no": 4, "counted=yes": 5, "counted=no": 0,
		"billing_state=open": 5, "from=2026-11-22": 1, "to=2026-11-21": 4,
		"from=2026-01-15&to=2026-01-15": 4, "provider=" + d.provider.ID.String(): 5, "subscription=" + d.id("S-2"): 2,
		"q=s-1": 3,
	} {
		if rows := d.file("/changes.csv?" + query); len(rows) != n {
			t.Errorf("file %s: %d rows, want %d", query, len(rows), n)
		}
		if rows := d.get("/changes?" + query).Find("main table tbody tr").Length(); rows != n {
			t.Errorf("page %s: %d rows, want %d", query, rows, n)
		}
	}
	for _, query := range []string{"event=odd", "counted=perhaps", "from=yesterday", "subscription=x", "sort=delta"} {
		d.do(httptest.NewRequest(http.MethodGet, "/changes?"+query, nil), http.StatusUnprocessableEntity)
	}
	page := d.get("/changes?from=2026-11-22")
	if n := page.Find("form [name=from]").Length(); n != 1 {
		t.Errorf("%d controls named from", n)
	}
	if href := page.Find("main tbody td a").First().AttrOr("href", ""); href != "/subscriptions/"+d.id("S-1") {
		t.Errorf("leads to %q", href)
	}
}

func TestAViewerIsOfferedNoCommand(t *testing.T) {
	t.Parallel()
	d := settled(t)
	d.role = "viewer"
	for _, path := range []string{"/subscriptions", "/subscriptions/" + d.id("S-1")} {
		if n := d.get(path).Find("main form[method=post]").Length(); n != 0 {
			t.Errorf("%s offers %d commands", path, n)
		}
	}
}
