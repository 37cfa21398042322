package foureyes_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"seatledger/internal/testkit/mailpit"
	"seatledger/internal/testkit/webtest"
)

// refunded is a customer whose month was billed, and whose contract then ends before it: the next bill gives the month
// back.
func refunded(t *testing.T) (s *shop, contract string) {
	t.Helper()
	s = newShop(t)
	s.made("/subscriptions/sign-off", "id", s.subscribed("S-1"), "note", "looked at")
	contract = "/contracts/" + s.admin.Get("/contracts.csv").Records()[0]["id"]
	invoice := s.made(contract+"/invoices", "period_end", "2026-12-01", "kind", "full_cycle")
	s.made(invoice + "/bill")
	s.on()
	edit := s.admin.Get(contract+"/edit").FormTo(contract).Set("end_date", "2026-11-02").Submit()
	edit.Want(http.StatusUnprocessableEntity).FormTo(contract).Set("end_refund", "yes").Submit().
		Want(http.StatusSeeOther)
	return s, contract
}

// gives is what the draft below zero gives back.
func (s *shop) gives() string {
	return s.text(`SELECT to_char(-total, 'FM990.00') || ' USD' FROM invoices WHERE total < 0`)
}

func (s *shop) billed() int {
	return s.number(`SELECT count(*) FROM invoices WHERE state = 'billed' AND total < 0`)
}

// What a bill below zero gives back is a credit, whichever deed made it.
func TestABillBelowZeroAsksASecondPersonAsACreditDoes(t *testing.T) {
	t.Parallel()
	s, contract := refunded(t)
	draft := s.made(contract+"/invoices", "period_end", "2026-12-01", "kind", "full_cycle", "earlier", "on")
	if total := s.text(`SELECT total::text FROM invoices WHERE state = 'draft'`); !strings.HasPrefix(total, "-") {
		t.Fatalf("the draft comes to %s", total)
	}
	request := s.asked(s.admin.Post(draft+"/bill", nil))
	s.billing.Get(request).Shows("Give credit", "Gives back", s.gives())
	preview := s.admin.Post("/bulk", values("deed", "bill-invoices",
		"id", strings.TrimPrefix(draft, "/invoices/"))).Next()
	many := s.asked(preview.Form(`form[action$="/apply"]`).Submit())
	s.billing.Get(many).Shows("Give credit", "Gives back")
	if n := s.billed(); n != 0 {
		t.Fatalf("%d are billed by one person", n)
	}
	s.grant(s.billing, request).Want(http.StatusSeeOther)
	s.admin.Get(request).FormTo(draft + "/bill").Submit().Want(http.StatusSeeOther)
	if n := s.billed(); n != 1 {
		t.Errorf("granted, %d are billed", n)
	}
}

// A run leaves a draft waiting that gives back too much, also one that is to bill whatever is unusual.
func TestARunLeavesABillBelowZeroWaiting(t *testing.T) {
	t.Parallel()
	s, _ := refunded(t)
	form := s.admin.Get("/settings/four-eyes").FormTo("/settings/four-eyes")
	request := s.asked(form.Set("runs", "").Submit())
	s.grant(s.billing, request).Want(http.StatusSeeOther)
	s.admin.Get(request).FormTo("/settings/four-eyes").Submit().Want(http.StatusSeeOther)
	run := s.made("/billing-runs", "all", "1", "due", "2026-12-01", "step", "bill", "late", "on")
	s.turns()
	if n := s.billed(); n != 0 {
		t.Fatalf("%d are billed by one person", n)
	}
	s.admin.Get(run).Shows("It gives back " + s.gives() + ", which a second person has to grant")
	request = s.asked(s.admin.Post(run+"/bill", nil))
	s.billing.Get(request).Shows("Gives back", s.gives())
	s.grant(s.billing, request).Want(http.StatusSeeOther)
	s.admin.Get(request).FormTo(run + "/bill").Submit().Want(http.StatusSeeOther)
	s.turns()
	if n := s.billed(); n != 1 {
		t.Errorf("granted, %d are billed", n)
	}
}

// A contract that is deactivated is billed no more, as though all that stands in it were retired.
func TestDeactivatingAContractAsksASecondPersonAsRetiringManyDoes(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.subscribed("S-1")
	s.subscribed("S-2")
	s.on()
	contract := "/contracts/" + s.admin.Get("/contracts.csv").Records()[0]["id"]
	request := s.asked(s.admin.Post(contract+"/deactivate", nil))
	s.billing.Get(request).Shows("Retire subscriptions", "Subscriptions billed no more", "200.00 USD")
	if n := s.number(`SELECT count(*) FROM billing_contracts WHERE NOT active`); n != 0 {
		t.Fatal("it is deactivated by one person")
	}
	s.grant(s.billing, request).Want(http.StatusSeeOther)
	s.admin.Get(request).FormTo(contract + "/deactivate").Submit().Want(http.StatusSeeOther)
	if n := s.number(`SELECT count(*) FROM billing_contracts WHERE NOT active`); n != 1 {
		t.Error("granted, it is not deactivated")
	}
}

var linkIn = regexp.MustCompile(`http://\S+(/login/link\?token=\w+)`)

// postOffice has an administrator point mail to a server of their own.
func (s *shop) postOffice(by *webtest.Client) *mailpit.Server {
	s.t.Helper()
	far := mailpit.Start(s.t, mailpit.Options{})
	host, port, _ := strings.Cut(far.Addr(), ":")
	by.Get("/settings/mail").FormTo("/settings/mail").Set("host", host, "port", port, "security", "none",
		"from_address", "seats@reseller.example").Submit().Want(http.StatusSeeOther)
	return far
}

// takenOver reads the link of a forgotten password on the server that mail goes to, and signs in by it.
func (s *shop) takenOver(far *mailpit.Server, email string) *webtest.Client {
	s.t.Helper()
	c := s.Client()
	c.Get("/login").Follow("Forgotten password").FormTo("/login/forgotten").Set("email", email).Submit().
		Want(http.StatusSeeOther)
	for _, do := range []func() error{func() error { return s.App.Access.Work(s.t.Context()) },
		func() error { return s.App.Mail.Work(s.t.Context()) }} {
		if err := do(); err != nil {
			s.t.Fatal(err)
		}
	}
	link := linkIn.FindStringSubmatch(far.Whole(far.Messages()[0].ID).Text)
	if link == nil {
		s.t.Fatal("no link arrived")
	}
	c.Get(link[1]).FormTo("/login/link").Set("new_password", webtest.Password).Submit().Want(http.StatusSeeOther)
	return s.enter(email)
}

// Whoever says where mail goes reads the links in it: an account that one opened is in their hand.
func TestWhoPointsTheMailServerIsNoSecondPersonWithWhomALinkOpened(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	id := s.subscribed("S-1")
	s.on()
	s.wait(time.Minute)
	far := s.postOffice(s.admin)
	s.wait(time.Minute)
	request := s.dearer(s.admin, id, "20")
	email := s.text(`SELECT email FROM users WHERE role = 'billing' LIMIT 1`)
	second := s.takenOver(far, email)
	second.Get(request).Shows("You do not count as a second person", "set up the mail server")
	digest := s.text(`SELECT digest FROM four_eyes_requests WHERE id = ?`, request[len("/four-eyes/"):])
	second.Post(request+"/grant", values("digest", digest)).Want(http.StatusForbidden)
}

// A server that stood when four eyes were switched on is known to who did that, and ties nobody.
func TestAMailServerFromBeforeTiesNobody(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	id := s.subscribed("S-1")
	far := s.postOffice(s.admin)
	s.wait(time.Minute)
	s.on()
	s.wait(time.Minute)
	request := s.dearer(s.admin, id, "20")
	second := s.takenOver(far, s.text(`SELECT email FROM users WHERE role = 'billing' LIMIT 1`))
	s.grant(second, request).Want(http.StatusSeeOther)
}
