package letters_test

import (
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/billing"
	"seatledger/internal/contract"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/letters"
	"seatledger/internal/mail"
	"seatledger/internal/notify"
	"seatledger/internal/secret"
	"seatledger/internal/testkit/billtest"
	"seatledger/internal/testkit/mailpit"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// world is a customer with a contract, and a mail server.
type world struct {
	*billtest.World
	letters letters.Service
	mail    *mail.Service
	far     *mailpit.Server
	bills   billing.Service
}

func newWorld(t *testing.T, o mailpit.Options) *world {
	t.Helper()
	w := &world{World: billtest.New(t, "2026-03-01", billtest.Terms{}), far: mailpit.Start(t, o)}
	sealer, err := secret.CreateFile(filepath.Join(t.TempDir(), "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	w.mail = &mail.Service{DB: w.DB.DB, Clock: w.Clock, Log: slog.New(slog.DiscardHandler), Sealer: sealer,
		Holder: "one",
		Files:  letters.Files}
	w.letters = letters.Service{DB: w.DB.DB, Clock: w.Clock, Zone: time.UTC, Mail: w.mail,
		BaseURL: "https://seats.reseller.example"}
	w.mail.Wanted, w.mail.Anew = w.letters.Wanted, w.letters.Anew
	w.bills = billing.Service{Service: invoice.Service{DB: w.DB.DB, Clock: w.Clock, Zone: time.UTC}}
	w.must(w.mail.Save(t.Context(), billtest.Bea, mail.Input{Server: mail.Server{Host: w.far.Host, Security: mail.Plain,
		FromName: "Reseller Ltd", FromAddress: "billing@reseller.example"}, Port: port(w.far), PerMinute: "1000"}))
	w.Exec(`INSERT INTO settings (name, value, version, updated_at, updated_by) VALUES ('company', ?, 1, now(), 'Ada')`,
		`{"legal_name": "Reseller Ltd", "bank": "IBAN GB00 TEST 0001", "payment_text": "Pay by bank transfer.", "page_size": "a4"}`)
	w.Exec(`UPDATE billing_contracts SET recipients = 'ap@contoso.example, jane@contoso.example', payment_terms = '14'`)
	return w
}

func port(s *mailpit.Server) string { _, p, _ := strings.Cut(s.Addr(), ":"); return p }

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// billed makes an invoice of March for ten seats at 12.00.
func (w *world) billed() uuid.UUID {
	w.Helper()
	w.Add("S-"+uuid.NewString(), 10, "2026-03-01")
	made, err := w.bills.Draft(w.Context(), billtest.Bea, billing.Order{Late: true,
		Run: billing.Run{ContractID: w.Contract, Kind: invoice.FullCycle}})
	w.must(err)
	w.must(w.bills.Bill(w.Context(), billtest.Bea, invoice.Step{ID: made}))
	return made
}

func (w *world) pay(id uuid.UUID, amount string) {
	w.Helper()
	w.must(w.bills.Receive(w.Context(), billtest.Bea, invoice.Paying{Step: invoice.Step{ID: id},
		Amount: decimal.NewNullDecimal(decimal.RequireFromString(amount))}))
}

// credit gives an amount of an invoice back as goodwill.
func (w *world) credit(id uuid.UUID, amount string) uuid.UUID {
	w.Helper()
	again := false
	credit, err := w.bills.CreditLines(w.Context(), billtest.Bea, invoice.CreditOrder{InvoiceID: id, Again: &again,
		Amount: decimal.NewNullDecimal(decimal.RequireFromString(amount)), Reason: "for the trouble"})
	w.must(err)
	return credit
}

func (w *world) send(id uuid.UUID, o letters.Options) letters.Queued {
	w.Helper()
	q, err := w.letters.Send(w.Context(), billtest.Bea, id, o)
	w.must(err)
	return q
}

func (w *world) work() { w.Helper(); w.must(w.mail.Work(w.Context())) }

func (w *world) state(id uuid.UUID) mail.Mail {
	w.Helper()
	m, err := mail.Get(w.Context(), w.DB.Read(w.Context()), id)
	w.must(err)
	return m
}

// The worked example: ten seats at 12.00 for March, billed on the 1st, 14 days to pay.
func TestACustomerReadsWhatToPayUntilWhenAndToWhom(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mailpit.Options{})
	id := w.billed()
	q := w.send(id, letters.Options{})
	w.work()
	got := w.far.Only()
	for _, want := range []string{"attached is our invoice 1 of 1 Mar 2026", "For: Contoso, Licences",
		"Period: 1 Mar 2026 to 31 Mar 2026", "To pay: 120.00 USD", "Please pay by: 15 Mar 2026", "To: Reseller Ltd",
		"Pay by bank transfer.", "IBAN GB00 TEST 0001", "give the number 1 with your payment"} {
		if !strings.Contains(got.Text, want) {
			t.Errorf("the text lacks %q:\n%s", want, got.Text)
		}
	}
	if strings.ContainsAny(got.Text, "{}") || strings.Contains(got.Text, "purchase order") ||
		strings.Contains(got.Text, "seat") {
		t.Errorf("the text has what says nothing:\n%s", got.Text)
	}
	if got.Subject != "Invoice 1 from Reseller Ltd: 120.00 USD" || len(got.To) != 2 {
		t.Errorf("%q to %v", got.Subject, got.To)
	}
	if len(got.Files) != 1 || !strings.HasPrefix(string(got.Files["invoice-1.pdf"]), "%PDF-") {
		t.Errorf("attached: %d files", len(got.Files))
	}
	if m := w.state(q.Mail); m.State != mail.Sent {
		t.Errorf("%+v", m)
	}
	if at := w.Text(`SELECT count(*) FROM audit_events WHERE action = 'invoice.mail_queued'`); at != "1" {
		t.Errorf("%s rows in the trail", at)
	}
}

func TestAFrenchContractGetsFrenchMailAndTheLinesWhereTheyAreWanted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mailpit.Options{})
	w.Exec(`UPDATE billing_contracts SET language = 'fr'`)
	w.must(w.letters.SaveRules(t.Context(), billtest.Bea, letters.RulesInput{LinesCSV: true}))
	w.send(w.billed(), letters.Options{})
	w.work()
	got := w.far.Only()
	if !strings.Contains(got.Text, "À payer : 120,00 USD") || !strings.Contains(got.Text,
		"À régler au plus tard le : 15 mars 2026") ||
		got.Subject != "Facture 1 de Reseller Ltd : 120,00 USD" {
		t.Errorf("%q\n%s", got.Subject, got.Text)
	}
	lines := string(got.Files["invoice-1.csv"])
	if len(got.Files) != 2 || !strings.HasPrefix(lines, "row,document,number") || !strings.Contains(lines,
		"\r\ntotal,invoice,1,") {
		t.Errorf("lines: %q", lines)
	}
}

func TestACustomerMayHaveTheLinesOrNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mailpit.Options{})
	w.must(w.letters.SaveRules(t.Context(), billtest.Bea, letters.RulesInput{LinesCSV: true}))
	w.must(w.letters.SaveCustomer(t.Context(), billtest.Bea, w.Customer, letters.Customer{LinesCSV: letters.No}))
	if m := w.state(w.send(w.billed(), letters.Options{}).Mail); m.LinesCSV {
		t.Error("the lines go along")
	}
}

func TestAnInvoiceIsSentOnceUnlessAPersonSaysAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mailpit.Options{})
	id := w.billed()
	var wg sync.WaitGroup
	fresh := make([]bool, 6)
	for i := range fresh {
		wg.Add(1)
		go func() {
			defer wg.Done()
			q, err := w.letters.Send(t.Context(), billtest.Bea, id, letters.Options{})
			if err != nil {
				t.Error(err)
			}
			fresh[i] = q.Fresh
		}()
	}
	wg.Wait()
	w.work()
	if n := w.Text(`SELECT count(*) FROM mails`); n != "1" || len(w.far.Messages()) != 1 {
		t.Errorf("%s mails, %v", n, fresh)
	}
	if q := w.send(id, letters.Options{}); q.Fresh {
		t.Error("it was queued again by itself")
	}
	if q := w.send(id, letters.Options{Again: true, To: "new@contoso.example"}); !q.Fresh {
		t.Error("it was not queued although a person said again")
	}
	w.work()
	if len(w.far.Messages()) != 2 || w.far.Messages()[0].To[0].Address != "new@contoso.example" {
		t.Errorf("%+v", w.far.Messages())
	}
}

func TestWhatCannotBeSentSaysWhy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mailpit.Options{})
	w.Add("S-1", 10, "2026-03-01")
	draft, err := w.bills.Draft(t.Context(), billtest.Bea, billing.Order{Late: true,
		Run: billing.Run{ContractID: w.Contract, Kind: invoice.FullCycle}})
	w.must(err)
	refused := func(id uuid.UUID, o letters.Options, kind errs.Kind, want string) {
		t.Helper()
		_, err := w.letters.Send(t.Context(), billtest.Bea, id, o)
		said := errs.Public(err) + errs.FieldsOf(err)["to"]
		if errs.KindOf(err) != kind || !strings.Contains(said, want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	refused(draft, letters.Options{}, errs.Conflict, "is draft; only what was billed is sent")
	w.must(w.bills.Bill(t.Context(), billtest.Bea, invoice.Step{ID: draft}))
	refused(draft, letters.Options{To: "nobody"}, errs.Invalid, "is not an e-mail address")
	w.Exec(`UPDATE billing_contracts SET recipients = ''`)
	refused(draft, letters.Options{}, errs.Conflict, "names no recipients")
	refused(uuid.New(), letters.Options{}, errs.NotFound, "no such invoice")
	w.Exec(`UPDATE settings SET value = '{}' WHERE name = 'mail'`)
	refused(draft, letters.Options{To: "a@b.example"}, errs.Conflict, "No mail server is set up")
}

func TestAVoidInvoiceDoesNotGoOutAndASentOneIsNotVoided(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mailpit.Options{})
	id := w.billed()
	q := w.send(id, letters.Options{})
	w.must(w.bills.Void(t.Context(), billtest.Bea, invoice.Step{ID: id}))
	w.work()
	if m := w.state(q.Mail); m.State != mail.Withdrawn || !strings.Contains(m.Answer, "voided") ||
		len(w.far.Messages()) != 0 {
		t.Errorf("%+v", m)
	}
	again, err := w.bills.Draft(t.Context(), billtest.Bea, billing.Order{Late: true,
		Run: billing.Run{ContractID: w.Contract, Kind: invoice.FullCycle}})
	w.must(err)
	w.must(w.bills.Bill(t.Context(), billtest.Bea, invoice.Step{ID: again}))
	w.send(again, letters.Options{})
	w.work()
	err = w.bills.Void(t.Context(), billtest.Bea, invoice.Step{ID: again})
	if errs.KindOf(err) != errs.Conflict || !strings.Contains(errs.Public(err), "was sent, so it stays") {
		t.Errorf("%v", err)
	}
}

func (w *world) remindersOn() {
	w.Helper()
	w.must(w.letters.SaveRules(w.Context(), billtest.Bea, letters.RulesInput{Reminders: true, Stages: "7, 14, 30"}))
}

func (w *world) remind(day string) []string {
	w.Helper()
	w.Today(day)
	var wg sync.WaitGroup
	for range 3 { // three replicas
		wg.Add(1)
		go func() {
			defer wg.Done()
			if err := w.letters.Remind(w.Context()); err != nil {
				w.Error(err)
			}
		}()
	}
	wg.Wait()
	w.work()
	var all []string
	w.DB.Read(w.Context()).Raw(`SELECT stage || ' ' || state FROM mails WHERE kind = 'reminder' ORDER BY stage`).
		Scan(&all)
	return all
}

// Due on the 15th: reminders on the 22nd, the 29th and April 14th.
func TestAnOverdueInvoiceIsRemindedOfOnceAStage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mailpit.Options{})
	w.remindersOn()
	id := w.billed()
	for _, step := range []struct {
		day  string
		want string
	}{{"2026-03-16", ""}, {"2026-03-21", ""}, {"2026-03-22", "7 sent"}, {"2026-03-23", "7 sent"},
		{"2026-03-29", "7 sent, 14 sent"}, {"2026-04-13", "7 sent, 14 sent"},
		{"2026-04-14", "7 sent, 14 sent, 30 sent"},
		{"2026-08-01", "7 sent, 14 sent, 30 sent"}} {
		if got := strings.Join(w.remind(step.day), ", "); got != step.want {
			t.Errorf("on %s: %q, want %q", step.day, got, step.want)
		}
	}
	if n := len(w.far.Messages()); n != 3 {
		t.Errorf("%d arrived", n)
	}
	got := w.far.Whole(w.far.Messages()[2].ID)
	for _, want := range []string{"Still to be paid: 120.00 USD", "It was due on: 15 Mar 2026, 7 days ago",
		"IBAN GB00 TEST 0001"} {
		if !strings.Contains(got.Text, want) {
			t.Errorf("the text lacks %q:\n%s", want, got.Text)
		}
	}
	if _, ok := got.Files["invoice-1.pdf"]; !ok || got.Subject != "Reminder: invoice 1, 120.00 USD still to be paid" {
		t.Errorf("%q", got.Subject)
	}
	_ = id
}

func TestNobodyIsRemindedOfWhatIsNotPlainlyOwed(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(w *world, id uuid.UUID){
		"paid": func(w *world, id uuid.UUID) { w.must(w.bills.Pay(w.Context(), billtest.Bea, invoice.Step{ID: id})) },
		"disputed": func(w *world, id uuid.UUID) {
			w.must(w.letters.SayDisputed(w.Context(), billtest.Bea, id, "We never ordered these."))
		},
		"part-credited": func(w *world, id uuid.UUID) {
			again := false
			_, err := w.bills.CreditLines(w.Context(), billtest.Bea, invoice.CreditOrder{InvoiceID: id, Again: &again,
				Amount: decimal.NewNullDecimal(decimal.NewFromInt(5))})
			w.must(err)
		},
		"stopped for the customer": func(w *world, _ uuid.UUID) {
			w.must(w.letters.SaveCustomer(w.Context(), billtest.Bea, w.Customer, letters.Customer{NoReminders: true,
				Why: "pays late by contract"}))
		},
		"no recipients": func(w *world, _ uuid.UUID) { w.Exec(`UPDATE billing_contracts SET recipients = ''`) },
		"due before reminders began": func(w *world, _ uuid.UUID) {
			w.must(w.letters.SaveRules(w.Context(), billtest.Bea, letters.RulesInput{Reminders: true,
				RemindFrom: "2026-03-16", Version: 1}))
		},
		"switched off": func(w *world, _ uuid.UUID) {
			w.must(w.letters.SaveRules(w.Context(), billtest.Bea, letters.RulesInput{Version: 1}))
		},
		"never arrived": func(w *world, id uuid.UUID) {
			w.far.SetChaos("Recipient", 550)
			w.send(id, letters.Options{})
			w.work()
			w.far.SetChaos("", 0)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, mailpit.Options{})
			w.remindersOn()
			prepare(w, w.billed())
			if got := w.remind("2026-03-24"); len(got) != 0 {
				t.Errorf("reminded: %v", got)
			}
			if n := len(w.far.Messages()); n != 0 {
				t.Errorf("%d arrived", n)
			}
		})
	}
}

// What was overdue for long when it is first looked at gets one reminder, and one that is paid meanwhile none.
func TestAReminderInTheQueueIsTakenBackWhenItIsPaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mailpit.Options{})
	w.remindersOn()
	id := w.billed()
	w.Today("2026-05-01")
	w.must(w.letters.Remind(t.Context()))
	if all := w.Text(`SELECT string_agg(stage || ' ' || state, ',') FROM mails`); all != "30 queued" {
		t.Errorf("%s", all)
	}
	w.must(w.bills.Pay(t.Context(), billtest.Bea, invoice.Step{ID: id}))
	w.work()
	if all := w.Text(`SELECT state || ': ' || answer FROM mails`); all != "withdrawn: It is paid." ||
		len(w.far.Messages()) != 0 {
		t.Errorf("%s", all)
	}
}

func TestReminderAsksForWhatIsStillOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mailpit.Options{})
	w.remindersOn()
	id := w.billed()
	w.pay(id, "80")
	w.Today("2026-03-24")
	w.must(w.letters.Remind(t.Context()))
	if body := w.Text(`SELECT body FROM mails`); !strings.Contains(body, "Still to be paid: 40.00 USD") {
		t.Error(body)
	}
	w.pay(id, "19.50") // while it waits
	w.work()
	got := w.far.Only()
	if !strings.Contains(got.Text, "Still to be paid: 20.50 USD") || !strings.Contains(got.Subject, "20.50 USD") {
		t.Error(got.Subject, got.Text)
	}
	if kept := w.Text(`SELECT concat_ws(' ', subject, trim_scale(open)) FROM mails`); !strings.HasSuffix(kept, "20.5") ||
		!strings.Contains(kept, "20.50 USD") {
		t.Errorf("the record says %s", kept)
	}
}

// Of 120.00, 50.00 came before the mail went out, then the rest: the first mail asks for 70.00, the second for nothing.
func TestAMailAsksForWhatIsStillOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mailpit.Options{})
	id := w.billed()
	pay := func(amount string) { w.pay(id, amount) }
	look := func() string {
		l, err := w.letters.Look(t.Context(), w.DB.Read(t.Context()), id)
		w.must(err)
		return l.Body
	}
	pay("50")
	if body := look(); !strings.Contains(body, "Paid so far: 50.00 USD\nTo pay: 70.00 USD\nPlease pay by: 15 Mar 2026") {
		t.Error(body)
	}
	pay("70")
	body := look()
	if !strings.Contains(body, "Paid so far: 120.00 USD\nTo pay: 0.00 USD") {
		t.Error(body)
	}
	for _, ask := range []string{"pay by", "IBAN", "with your payment", "To: Reseller"} {
		if strings.Contains(body, ask) {
			t.Errorf("paid, it says %q:\n%s", ask, body)
		}
	}
	w.send(id, letters.Options{})
	w.work()
	if got := w.far.Only(); !strings.Contains(got.Text, "To pay: 0.00 USD") {
		t.Error(got.Text)
	}
	k := letters.Key{Purpose: letters.ForInvoice, Language: contract.English}
	w.must(w.letters.SaveTemplate(t.Context(), billtest.Bea, k, 0, letters.Template{Subject: "{number}",
		Body: "Pay {amount} by {due}\n{seller}"}))
	if body := look(); !strings.Contains(body, "Paid so far: 120.00 USD. Still to be paid: 0.00 USD.") {
		t.Errorf("in words of their own: %s", body)
	}
}

// Of 120.00, 50.00 are paid and 20.00 credited while the mail waits: it goes out as it would be written now, once the
// credit note is billed, and the record keeps what went out.
func TestAMailThatWaitedAsksForNothingThatWasPaidOrCreditedMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mailpit.Options{})
	id := w.billed()
	w.send(id, letters.Options{})
	if body := w.Text(`SELECT body FROM mails`); !strings.Contains(body, "To pay: 120.00 USD") {
		t.Fatal(body)
	}
	w.pay(id, "50")
	w.must(w.bills.Bill(t.Context(), billtest.Bea, invoice.Step{ID: w.credit(id, "20")}))
	w.credit(id, "5") // a draft that nobody has billed yet
	w.work()
	text := strings.ReplaceAll(w.far.Only().Text, "\r\n", "\n")
	if !strings.Contains(text, "Paid so far: 50.00 USD\nCredited: 20.00 USD\nTo pay: 50.00 USD\nPlease pay by: 15 Mar") {
		t.Error(text)
	}
	if kept := w.Text(`SELECT body FROM mails`); !strings.Contains(kept, "To pay: 50.00 USD") {
		t.Errorf("the record says: %s", kept)
	}
	w.pay(id, "50")
	l, err := w.letters.Look(t.Context(), w.DB.Read(t.Context()), id)
	w.must(err)
	if !strings.Contains(l.Body, "To pay: 0.00 USD") || strings.Contains(l.Body, "pay by") {
		t.Error(l.Body)
	}
}

func TestNoticesOfTheNightGoToTheChosenOnceAndTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mailpit.Options{})
	tell := func(kind notify.Kind, text string) {
		w.Tx(func(tx *gorm.DB) error {
			return notify.Record(t.Context(), tx, w.Clock, notify.Event{Kind: kind, ObjectType: "sync_run",
				ObjectID:   "x",
				ObjectName: "Stellr East", Provider: "Stellr East", Text: text})
		})
	}
	tell(notify.NightFailed, "From before anybody was chosen.")
	w.Clock.Advance(time.Hour)
	w.must(w.letters.SaveRules(t.Context(), billtest.Bea, letters.RulesInput{NoticesTo: "ops@reseller.example",
		NoticesFrom: "warn"}))
	tell(notify.NightFailed, "The distributor did not answer.")
	tell(notify.Paused, "Only good to know.")
	tell(notify.RunPartial, "Two accounts were not read.")
	all := func() {
		var wg sync.WaitGroup
		for range 3 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				if err := w.letters.Tell(t.Context()); err != nil {
					t.Error(err)
				}
			}()
		}
		wg.Wait()
		w.work()
	}
	all()
	if len(w.far.Messages()) != 0 {
		t.Error("it did not wait for what belongs to it")
	}
	w.Clock.Advance(2 * time.Minute)
	all()
	all()
	got := w.far.Only()
	if got.Subject != "Seatledger: Night failed, Stellr East, and 1 notice more" ||
		got.To[0].Address != "ops@reseller.example" ||
		!strings.Contains(got.Text, "The distributor did not answer.") || !strings.Contains(got.Text, "Two accounts") ||
		strings.Contains(got.Text, "good to know") || strings.Contains(got.Text, "before anybody") ||
		!strings.Contains(got.Text, "https://seats.reseller.example/notices") {
		t.Errorf("%q\n%s", got.Subject, got.Text)
	}
	w.far.SetChaos("Recipient", 550)
	tell(notify.RunFailed, "Again.")
	w.Clock.Advance(2 * time.Minute)
	all()
	w.Clock.Advance(10 * time.Minute)
	all()
	if n := w.Text(`SELECT count(*) FROM mails`); n != "2" {
		t.Errorf("a refused mail of notices made others: %s", n)
	}
}

func TestATemplateWithAFieldThatNobodyKnowsIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mailpit.Options{})
	k := letters.Key{Purpose: letters.ForInvoice, Language: contract.English}
	for field, bad := range map[string]letters.Template{
		"subject": {Subject: "Invoice {numbr}", Body: "x"}, "body": {Subject: "x", Body: "Pay for {days}"}} {
		err := w.letters.SaveTemplate(t.Context(), billtest.Bea, k, 0, bad)
		if said := errs.FieldsOf(err)[field]; !strings.Contains(said, "There is no field {") {
			t.Errorf("%s: %v", field, err)
		}
	}
	for _, bad := range []letters.Template{{Subject: "", Body: "x"}, {Subject: "x", Body: ""}, {Subject: "x",
		Body: "{number"},
		{Subject: "{payment}", Body: "x"}, {Subject: "x}", Body: "y"}, {Subject: "x", Body: strings.Repeat("y",
			10_001)}} {
		if err := w.letters.SaveTemplate(t.Context(), billtest.Bea, k, 0, bad); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%+v was saved: %v", bad, err)
		}
	}
	w.must(w.letters.SaveTemplate(t.Context(), billtest.Bea, k, 0,
		letters.Template{Subject: "Pay {amount}\r\nBcc: x@y.example",
			Body: "By {due}.\nOrder {order}"}))
	if seen, err := w.letters.Preview(t.Context(), k, letters.Template{Subject: "a", Body: "b"},
		uuid.Nil); err != nil || !seen.None {
		t.Errorf("%+v, %v", seen, err)
	}
	w.send(w.billed(), letters.Options{})
	w.work()
	if got := w.far.Only(); got.Subject != "Pay 120.00 USD Bcc: x@y.example" || len(got.Bcc) != 0 ||
		strings.TrimSpace(got.Text) != "By 15 Mar 2026." {
		t.Errorf("%q\n%s", got.Subject, got.Text)
	}
}

// Each of our own templates is filled to its last field, in both languages.
func TestOurTemplatesCanBeSavedAndFilled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mailpit.Options{})
	id := w.billed()
	for _, p := range letters.Purposes() {
		for _, l := range letters.Languages() {
			k := letters.Key{Purpose: p, Language: l}
			ours, _, err := letters.LoadTemplate(t.Context(), w.DB.Read(t.Context()), k)
			w.must(err)
			seen, err := w.letters.Preview(t.Context(), k, ours, id)
			if err != nil || seen.Subject == "" || strings.ContainsAny(seen.Subject+seen.Body, "{}") ||
				!strings.Contains(seen.Body, "Reseller Ltd") {
				t.Errorf("%s: %+v, %v", k, seen, err)
			}
			if back, err := letters.ParseKey(k.String()); err != nil || back != k {
				t.Errorf("%s: %v", k, err)
			}
		}
	}
}
