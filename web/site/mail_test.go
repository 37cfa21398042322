package site_test

import (
	"net/http"
	"strings"
	"testing"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/mailpit"
	"seatledger/internal/testkit/webtest"
)

const mailPassword = "a mailbox of its own"

// mailOut sends the invoice through a mail server that is not there: what waits, and why, is to be seen.
func (w *walk) mailOut() {
	w.t.Helper()
	w.admin.Get("/settings/mail").FormTo("/settings/mail").Set("host", "127.0.0.1", "port", "1", "security", "none",
		"from_address", "billing@reseller.example", "user_name", "billing", "password", mailPassword).Submit().Next()
	i := "/invoices/" + w.admin.Get("/invoices.csv?state=billed").Records()[0]["id"]
	w.admin.Get(i+"/send").FormTo(i+"/send").Set("to", "ap@contoso.example").Submit().Next().Shows("queued")
	w.must(w.App.Mail.Work(w.t.Context()))
	w.admin.Get("/settings/mail").Shows("1 mail waits", "Nothing listens at 127.0.0.1:1")
	w.extra = append(w.extra, i+"/send", i+"/dispute")
}

// A clerk sets the server up, tries it, sends the invoice and reads what the server said, through pages alone.
func TestAnInvoiceGoesToTheCustomerThroughPagesAlone(t *testing.T) {
	t.Parallel()
	w, far := walked(t), mailpit.Start(t, mailpit.Options{User: "billing", Password: "right"})
	w.bill()
	i := "/invoices/" + w.admin.Get("/invoices.csv?state=billed").Records()[0]["id"]
	w.admin.Post(i+"/send", map[string][]string{"to": {"ap@contoso.example"}}).Want(http.StatusConflict).
		Shows("No mail server is set up")

	page := w.admin.Get("/settings/mail").Shows("No mail goes out yet")
	host, port, _ := strings.Cut(far.Addr(), ":")
	set := page.FormTo("/settings/mail").Set("host", host, "port", port, "security", "none", "user_name", "billing",
		"password", "wrong", "from_name", "Reseller Ltd", "from_address", "billing@reseller.example")
	set.Submit().Next().Shows("The mail server was saved")
	set.Submit().Want(http.StatusConflict).Shows("saved this while you were editing")
	test := func() *webtest.Page {
		return w.admin.Get("/settings/mail").FormTo("/settings/mail/test").Set("to", "ada@reseller.example").Submit()
	}
	test().Want(http.StatusConflict).Shows("refused the user name or the password of billing: 535")
	w.admin.Get("/settings/mail").FormTo("/settings/mail").Set("host", "mail.other.example", "security", "starttls").
		Submit().Want(http.StatusUnprocessableEntity).Shows("The password was given for 127.0.0.1")
	w.admin.Get("/settings/mail").FormTo("/settings/mail").Set("password", "right").Submit().Next()
	test().Next().Shows("The server took the test mail for ada@reseller.example: 250")

	w.admin.Get(i).Shows("its contract names no recipients").Follow("Send").Shows("To pay:", "It has no due date", "To: Reseller Ltd").
		FormTo(i+"/send").Set("to", "ap@contoso.example, not-an-address").Submit().
		Want(http.StatusUnprocessableEntity).Shows(`"not-an-address" is not an e-mail address`)
	w.admin.Get(i+"/send").FormTo(i+"/send").Set("to", "ap@contoso.example").Submit().Next().
		Shows("In the queue", "queued", "ap@contoso.example")
	w.admin.Post(i+"/send", map[string][]string{"to": {"ap@contoso.example"}}).Next().Shows("in the queue already")
	w.must(w.App.Mail.Work(t.Context()))
	w.admin.Get(i).Shows("sent", "250")
	if sent := w.admin.Get("/invoices.csv").Records()[0]["sent_at"]; !strings.HasPrefix(sent, "20") {
		t.Errorf("sent at %q", sent)
	}
	w.admin.Post(i+"/send", map[string][]string{"to": {"ap@contoso.example"}}).Want(http.StatusConflict).
		Shows("choose Send again")
	w.admin.Post(i+"/void", nil).Want(http.StatusConflict).Shows("was sent, so it stays")
	w.admin.Get(i).Follow("Send again").FormTo(i+"/send").Set("to", "bo@contoso.example").Submit().Next()
	w.must(w.App.Mail.Work(t.Context()))
	if n := len(far.Messages()); n != 3 {
		t.Errorf("%d arrived, want the test and two of the invoice", n)
	}
	mails := w.admin.Get("/mails.csv?state=sent&kind=invoice").Records()
	if len(mails) != 2 {
		t.Fatalf("%v", mails)
	}
	w.admin.Get("/mails/"+mails[0]["id"]).Shows("bo@contoso.example", "taken", "Message-ID", "Tries")
}

// Overdue, disputed, settled, and stopped for the customer: each through its page.
func TestAClerkStopsRemindersThroughPagesAlone(t *testing.T) {
	t.Parallel()
	w := walked(t)
	w.bill()
	r := w.admin.Get("/invoices.csv?state=billed").Records()[0]
	i, customer := "/invoices/"+r["id"], "/crm-accounts/"
	for _, a := range w.admin.Get("/crm-accounts.csv").Records() {
		if a["name"] == r["crm_account"] {
			customer += a["id"]
		}
	}
	rules := w.admin.Get("/settings/mail").FormTo("/settings/mail/rules")
	rules.Set("stages", "7, soon", "notices_to", "nobody").Tick("reminders", "on").Submit().
		Want(http.StatusUnprocessableEntity).Shows("Enter days from 1 to 365", `"nobody" is not an e-mail address`)
	rules.Set("stages", "30 7 14", "notices_to", "ops@reseller.example").Submit().Next().Shows("Saved")
	w.admin.Get("/settings/mail").Shows("What goes out")
	if r["due_on"] != "" {
		w.admin.Get(i).Shows("Next reminder")
		w.admin.Get(i).Follow("The customer disputes it").FormTo(i+"/dispute").Set("why", "").Submit().
			Want(http.StatusUnprocessableEntity)
		w.admin.Get(i+"/dispute").FormTo(i+"/dispute").Set("why", "Ten seats too many").Submit().Next().
			Shows("The customer disputes it.", "Ten seats too many")
		w.admin.Get(i).FormTo(i+"/settle").Submit().Next().Shows("The dispute is settled", "Next reminder")
	}
	form := w.admin.Get(customer).Follow("Mail and reminders").FormTo(customer+"/mail").Tick("no_reminders", "on")
	form.Submit().Want(http.StatusUnprocessableEntity).Shows("Say why this customer is not reminded")
	form.Set("why", "pays once a year").Submit().Next().Shows("was saved")
	form.Submit().Want(http.StatusConflict).Shows("Somebody else has saved this")
	if r["due_on"] != "" {
		w.admin.Get(i).Shows("Reminders to this customer are stopped.")
	}
	viewer := w.SignIn(auth.Viewer)
	viewer.Get(i)
	viewer.Look("/settings/mail").Want(http.StatusForbidden)
	viewer.Post(i+"/send", nil).Want(http.StatusForbidden)
}

// A template is previewed with a real document before it is stored, and an unknown field is named.
func TestATemplateIsSeenBeforeItIsStored(t *testing.T) {
	t.Parallel()
	w := walked(t)
	w.bill()
	const en, fr = "/settings/mail/templates/invoice-en", "/settings/mail/templates/invoice-fr"
	w.admin.Get("/settings/mail").Follow("Invoice, French").Shows("Facture 1", "À payer")
	form := w.admin.Get(en).Shows("attached is our invoice 1 of").FormTo(en)
	form.Values.Set("preview", "1")
	form.Set("subject", "Please pay {amount}").Submit().Want(http.StatusOK).Shows("Please pay ")
	w.admin.Get(en).Shows("Invoice 1 from")
	form.Values.Del("preview")
	form.Set("subject", "Please pay {amuont}").Submit().Want(http.StatusUnprocessableEntity).
		Shows("There is no field {amuont}")
	form.Set("subject", "Please pay {amount}").Submit().Next().Shows("The template was saved", "Please pay ")
	form.Submit().Want(http.StatusConflict).Shows("Both versions")
	w.admin.Look("/settings/mail/templates/invoice-de").Want(http.StatusNotFound)
	w.admin.Get(fr).Shows("Filled with 1.")
}
