package site_test

import (
	"fmt"
	"net/http"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/notify"
	"seatledger/internal/testkit/webtest"
)

// lived is a site some weeks later: the distributor's data moved on, something is
// kept by hand, files were looked at. All screens have something to show.
func lived(t *testing.T) *walk {
	t.Helper()
	return walked(t).weeksLater()
}

// weeksLater lets those weeks pass.
func (w *walk) weeksLater() *walk {
	w.t.Helper()
	w.moveOn()
	w.succeed()
	w.keepByHand()
	w.acceptMany()
	w.previewAgain()
	w.readCRM()
	w.bill()
	w.mailOut()
	w.exportAll()
	w.hookUp()
	w.paidAndDue()
	w.charged()
	w.moveAway()
	keep(w.admin, "/subscriptions?state=held", "Held ones", "pinned", "shared")
	return w
}

// succeed replaces a customer by another of the same tenant, as after a merger.
func (w *walk) succeed() {
	w.t.Helper()
	heirless := w.admin.Get("/accounts.csv?state=mapped").Records()[0]
	for _, c := range w.Far.Customers() {
		if c.CustomerNo == heirless["external_id"] {
			next := sandbox.Company{Name: c.Company.Name + " Holding", TenantID: c.Company.TenantID}
			_, err := w.Far.AddCustomer(sandbox.NewCustomer{Company: next})
			w.must(err)
			w.must(w.Far.SetCustomerGone(c.CustomerNo, true))
		}
	}
	w.sync("/sync-accounts")
}

// moveOn changes seats, one of them without a word in the change log, and takes one subscription away.
func (w *walk) moveOn() {
	w.t.Helper()
	far := w.Far.Subscriptions()
	quiet := far[0].Quantity + 3
	w.must(w.Far.ChangeSubscription(far[0].ID, sandbox.SubscriptionChange{Quantity: &quiet, Quiet: true}))
	w.must(w.Far.SetSeats(far[1].ID, far[1].Quantity+1))
	w.must(w.Far.SetSubscriptionGone(far[len(far)-1].ID, true))
	w.sync("/sync-subscriptions")
	for _, s := range w.admin.Get("/subscriptions.csv").Records() {
		if s["external_id"] == far[0].ID {
			w.extra = append(w.extra, "/subscriptions/"+s["id"])
		}
	}
}

// keepByHand adds a distributor without an API, a customer and a subscription there.
func (w *walk) keepByHand() {
	w.t.Helper()
	p := w.admin.Get("/providers/new?connector=manual").FormTo("/providers").Set("name",
		"Direct from the vendor").Submit().Next()
	manual := p.Path()
	account := w.admin.Get(manual+"/accounts/new").FormTo(manual+"/accounts").Set("external_id", "M-1", "name",
		"Juniper Bakery").Submit().Next()
	entered := w.admin.Get(manual+"/subscriptions/new").FormTo(manual+"/subscriptions").Set(
		"account_external_id", "M-1", "external_id", "MS-1", "part_number", "CFQ7TTC0LH18:0001", "product",
		"Microsoft 365 Business Basic", "quantity", "7",
		"unit_cost", "5.10", "cost_period", "month", "currency", "USD", "start_date", "2026-01-01").Submit().Next()
	w.extra = append(w.extra, entered.Path(), account.Path()+"?crm_q=a")
	w.look(manual+"/import", "external_id,name\r\nM-2,Rowan Florist\r\n")
}

// previewAgain uploads files without applying them.
func (w *walk) previewAgain() {
	w.t.Helper()
	w.look("/crm-accounts/import", "external_id,name\r\nC-3,Renamed Example\r\n,nameless\r\nC-4\r\n")
	list := w.admin.Get("/price-lists.csv").Records()[0]["id"]
	w.look("/price-lists/"+list+"/import",
		"part_number,unit,term,billing_frequency,unit_price,effective_from\r\nABC,month,monthly,month,1.50,2026-01-01\r\nABC,fortnight,,,x,\r\n")
}

// paidAndDue takes in a part payment and prices from files, looks at a file of contracts, and drafts what is due.
func (w *walk) paidAndDue() {
	w.t.Helper()
	now := w.App.Clock.Now()
	apply := func(p *webtest.Page) {
		p.FormTo(p.URL.Path + "/apply").Submit().Next()
	}
	apply(w.look("/invoices/payments", "number,date,amount\r\n1,"+now.Format(time.DateOnly)+",1.00\r\n"))
	list := w.admin.Get("/price-lists.csv").Records()[0]["id"]
	apply(w.look("/price-lists/"+list+"/import", "part_number,product_name,unit,term,billing_frequency,unit_price,"+
		"effective_from\r\nABC,A thing,month,annual,monthly,1.50,2026-01-01\r\n"))
	customer := w.admin.Get("/crm-accounts.csv").Records()[0]
	apply(w.look("/contracts/import", "crm_account_id,name,currency,start_date,bill_from,payment_terms\r\n"+customer["id"]+
		",From a file,USD,2026-01-01,2027-01-01,14\r\n"))
	run := w.admin.Post("/billing-runs", map[string][]string{"all": {"1"}, "step": {"draft"}, "late": {"1"},
		"due": {now.AddDate(0, 0, 31).Format(time.DateOnly)}})
	w.extra = append(w.extra, run.Want(http.StatusSeeOther).Location())
	contract := "/contracts/" + w.admin.Get("/invoices.csv?state=billed").Records()[0]["contract_id"]
	w.admin.Get(contract).Follow("Add a line").FormTo(contract+"/lines").Set("text", "Set-up, once", "unit_amount",
		"120", "every", "once").Submit().Next().Shows("Set-up, once")
}

// hookUp sends notices to a receiver that does not know them, so that there are deliveries that failed.
func (w *walk) hookUp() {
	w.t.Helper()
	w.hook("Alerts")
	w.must(notify.Record(w.t.Context(), w.DB.Read(w.t.Context()), w.App.Clock, notify.Event{Kind: notify.NightFailed,
		ObjectType: "sync_run", ObjectName: "Accounts", Text: "The distributor did not answer."}))
	w.must(w.App.Webhooks.Work(w.t.Context()))
}

// hook makes a webhook.
func (w *walk) hook(name string) {
	w.t.Helper()
	w.admin.Get("/settings/webhooks/new").FormTo("/settings/webhooks").Set("name", name, "address",
		w.FarURL+"/nobody-reads-this").Submit().Next().Shows("shown this once")
}

// charged takes in a bill with a seat more than the ledger has, and one that nobody here knows.
func (w *walk) charged() {
	w.t.Helper()
	month := w.App.Clock.Now().Format("2006-01")
	s := w.admin.Get("/subscriptions.csv?state=active").Records()[0]
	const head = "line,customer,subscription_external_id,part_number,product,billing_frequency,charge,from,to,quantity," +
		"unit_price,amount,currency\r\n"
	file := head
	for i, id := range []string{s["external_id"], "NOBODYS"} {
		file += fmt.Sprintf("%d,Example,%s,P-1,A product,monthly,cycleCharge,%s-01,%s-28,%s1,10,%s10,USD\r\n", i+1, id, month,
			month, s["quantity"], s["quantity"])
	}
	preview := w.admin.Get("/supplier-bills/new").FormTo("/supplier-bills").Set("provider_id",
		strings.TrimPrefix(w.provider, "/providers/")).File("file", file).Submit().Next()
	bill := preview.FormTo(preview.URL.Path + "/apply").Submit().Next()
	w.must(w.App.Differences.Compare(w.t.Context(), uuid.MustParse(path.Base(bill.URL.Path))))
	w.extra = append(w.extra, "/search?q=a")
}

// look uploads a file and remembers its preview for whoever walks all pages.
func (w *walk) look(path, file string) *webtest.Page {
	w.t.Helper()
	p := w.admin.Get(path).FormTo(path).File("file", file).Submit().Next()
	w.extra = append(w.extra, p.Path())
	return p
}

func (w *walk) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}
