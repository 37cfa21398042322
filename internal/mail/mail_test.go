package mail_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/mail"
	"seatledger/internal/secret"
	"seatledger/internal/testkit/mailpit"
)

func TestAMailArrivesWhole(t *testing.T) {
	t.Parallel()
	w, far := toServer(t, mailpit.Options{})
	in := open(far.Host, far.Port)
	in.CopyTo = "house@reseller.example"
	w.save(in)
	pdf := append([]byte("%PDF-1.4 "), bytes.Repeat([]byte{0, 1, 2, '\r', '\n', '.', '\n'}, 5000)...)
	w.mail.Files = func(context.Context, *gorm.DB, mail.Mail) ([]mail.File, error) {
		return []mail.File{{Name: "invoice-2026-0042.pdf", Type: "application/pdf", Data: pdf},
			{Name: "Plätze März.csv", Type: "text/csv", Data: []byte("a,b\r\n")}}, nil
	}
	l := letter("ap@contoso.example", "jane@contoso.example", "AP@contoso.example")
	l.Body = "Grüße,\n.a line that begins with a dot\n" + strings.Repeat("x", 2000) + "\n"
	w.mail.Wanted = func(context.Context, *gorm.DB, mail.Mail) (string, error) { return "", nil }
	l.Kind, l.Invoice = mail.Notice, uuid.Nil
	id := w.queue(l)
	w.work()
	m, got := w.get(id), far.Only()
	if m.State != mail.Sent || m.SentAt == nil || !strings.HasPrefix(m.Answer, "250 ") ||
		got.MessageID != m.MessageID ||
		!strings.HasSuffix(m.MessageID, "@reseller.example") {
		t.Errorf("stored %+v\narrived %+v", m, got)
	}
	if got.Subject != "Über 3 Plätze" || got.From != (mailpit.Address{Name: "Müller & Söhne GmbH",
		Address: "billing@reseller.example"}) || len(got.ReplyTo) != 1 ||
		got.ReplyTo[0].Address != "help@reseller.example" {
		t.Errorf("arrived %+v", got)
	}
	if len(got.To) != 2 || strings.ReplaceAll(got.Text, "\r\n", "\n") != l.Body {
		t.Errorf("to %v, text %q", got.To, got.Text)
	}
	if !bytes.Equal(got.Files["invoice-2026-0042.pdf"], pdf) || string(got.Files["Plätze März.csv"]) != "a,b\r\n" {
		t.Errorf("the files are not what was attached: %d of %v", len(got.Files), len(pdf))
	}
	if len(w.mailAttempts(id)) != 1 || w.mailAttempts(id)[0].Outcome != "sent" {
		t.Errorf("attempts: %+v", w.mailAttempts(id))
	}
}

func (w *world) mailAttempts(id uuid.UUID) []mail.Attempt {
	w.Helper()
	all, err := mail.Attempts(w.Context(), w.db.Read(w.Context()), id)
	if err != nil {
		w.Fatal(err)
	}
	return all
}

// What is wrong with the server holds everything back, is said in a sentence, and is no try of a mail.
func TestWhatIsWrongWithTheServerIsSaidAndAllMailWaits(t *testing.T) {
	t.Parallel()
	authority := mailpit.NewAuthority(t)
	year := time.Now().AddDate(1, 0, 0)
	cert, key := authority.Certify("127.0.0.1", year)
	oldCert, oldKey := authority.Certify("127.0.0.1", time.Now().Add(-time.Hour))
	otherCert, otherKey := authority.Certify("mail.other.example", year)
	strangeCert, strangeKey := mailpit.NewAuthority(t).Certify("127.0.0.1", year)
	free := func(s *mailpit.Server, in *mail.Input) {}
	for name, c := range map[string]struct {
		far  mailpit.Options
		set  func(far *mailpit.Server, in *mail.Input)
		want string
	}{
		"dead": {mailpit.Options{}, func(_ *mailpit.Server, in *mail.Input) { in.Port = "1" },
			"Nothing listens at 127.0.0.1:1."},
		"no name": {mailpit.Options{}, func(_ *mailpit.Server, in *mail.Input) {
			in.Host, in.Security = "mail.invalid", mail.TLS
		}, "mail.invalid was not found"},
		"no STARTTLS": {mailpit.Options{}, func(_ *mailpit.Server, in *mail.Input) { in.Security = mail.StartTLS },
			"offers no STARTTLS, so nothing was sent"},
		"no TLS": {mailpit.Options{}, func(_ *mailpit.Server, in *mail.Input) { in.Security = mail.TLS },
			"does not speak TLS from the first byte"},
		"expired": {mailpit.Options{Cert: oldCert, Key: oldKey},
			func(_ *mailpit.Server, in *mail.Input) { in.Security = mail.StartTLS },
			"certificate of the mail server 127.0.0.1 is not valid today"},
		"other name": {mailpit.Options{Cert: otherCert, Key: otherKey},
			func(_ *mailpit.Server, in *mail.Input) { in.Security = mail.StartTLS },
			"certificate for another name than 127.0.0.1 (mail.other.example)"},
		"strange authority": {mailpit.Options{Cert: strangeCert, Key: strangeKey},
			func(_ *mailpit.Server, in *mail.Input) { in.Security = mail.StartTLS },
			"an authority that this machine does not know"},
		"wrong password": {mailpit.Options{Cert: cert, Key: key, User: "billing", Password: "right"},
			func(_ *mailpit.Server, in *mail.Input) {
				in.Security, in.UserName, in.Password = mail.StartTLS, "billing", "wrong"
			}, "refused the user name or the password of billing: 535 "},
		"wants a sign-in": {mailpit.Options{User: "billing", Password: "right"}, free,
			"does not take mail from billing@reseller.example: 530"},
		"offers none": {mailpit.Options{}, func(_ *mailpit.Server, in *mail.Input) {
			in.UserName, in.Password = "billing", "wrong"
		}, "offers no sign-in"},
		"sender": {mailpit.Options{Chaos: "Sender:550:100"}, free,
			"does not take mail from billing@reseller.example: 550"},
		"sender later": {mailpit.Options{Chaos: "Sender:451:100"}, free, "takes no mail just now: 451"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, far := newWorld(t), mailpit.Start(t, c.far)
			w.mail.Roots = authority.Pool
			in := open(far.Host, far.Port)
			c.set(far, &in)
			w.save(in)
			first, second := w.queue(letter("ap@contoso.example")), w.queue(letter("bo@contoso.example"))
			w.work()
			w.work()
			l, m := w.line(), w.get(first)
			if !strings.Contains(l.Trouble, c.want) || l.Waiting != 2 || m.State != mail.Queued {
				t.Errorf("%+v; %+v; want %q", l, m, c.want)
			}
			if m.Attempt != 1 || w.get(second).Attempt != 0 {
				t.Errorf("tried %d and %d times while the server was in trouble", m.Attempt, w.get(second).Attempt)
			}
			if _, err := w.mail.Test(t.Context(), ada, "ap@contoso.example"); errs.KindOf(err) != errs.Conflict ||
				!strings.Contains(errs.Public(err), c.want) {
				t.Errorf("the test mail: %v", err)
			}
			good := mailpit.Start(t, mailpit.Options{})
			w.save(open(good.Host, good.Port))
			w.work()
			if n := len(good.Messages()); n != 2 || w.line().Trouble != "" || w.get(first).State != mail.Sent {
				t.Errorf("afterwards %d arrived; %+v", n, w.line())
			}
			if n := len(far.Messages()); n != 0 {
				t.Errorf("%d arrived at the server in trouble", n)
			}
		})
	}
}

func TestEachWayOfTLSBringsTheMailAndThePassword(t *testing.T) {
	t.Parallel()
	authority := mailpit.NewAuthority(t)
	cert, key := authority.Certify("127.0.0.1", time.Now().AddDate(1, 0, 0))
	for security, o := range map[mail.Security]mailpit.Options{
		mail.StartTLS: {Cert: cert, Key: key, User: "billing", Password: "pass=würd"},
		mail.TLS:      {Cert: cert, Key: key, Direct: true, User: "billing", Password: "pass=würd"},
		mail.Plain:    {User: "billing", Password: "pass=würd"},
	} {
		t.Run(string(security), func(t *testing.T) {
			t.Parallel()
			w, far := newWorld(t), mailpit.Start(t, o)
			w.mail.Roots = authority.Pool
			in := w.signedIn(open(far.Host, far.Port), "billing", "pass=würd")
			in.Security = security
			w.save(in)
			if answer, err := w.mail.Test(t.Context(), ada, "ada@reseller.example"); err != nil ||
				!strings.HasPrefix(answer, "250") {
				t.Errorf("%q, %v", answer, err)
			}
			if far.Only().Subject != "Test mail of Seatledger" {
				t.Errorf("arrived: %+v", far.Only())
			}
		})
	}
}

func TestGreylistingIsTriedAgainLaterAndArrivesOnce(t *testing.T) {
	t.Parallel()
	for _, trigger := range []string{"Recipient"} {
		w, far := toServer(t, mailpit.Options{Chaos: trigger + ":451:100"})
		id := w.queue(letter("ap@contoso.example"))
		w.work()
		m := w.get(id)
		if m.State != mail.Queued || !strings.Contains(m.Answer, "ap@contoso.example: 451") || w.line().Trouble != "" ||
			!m.NextAt.Equal(w.clock.Now().Add(5*time.Minute)) {
			t.Errorf("%+v", m)
		}
		far.SetChaos("", 0)
		w.work()
		if len(far.Messages()) != 0 {
			t.Error("tried before its time")
		}
		w.clock.Advance(5 * time.Minute)
		w.work()
		w.work()
		if m = w.get(id); m.State != mail.Sent || far.Only().MessageID != m.MessageID || len(w.mailAttempts(id)) != 2 {
			t.Errorf("%+v", m)
		}
	}
}

func TestAServerThatSaysNotNowForThreeDaysIsGivenUp(t *testing.T) {
	t.Parallel()
	w, _ := toServer(t, mailpit.Options{Chaos: "Recipient:451:100"})
	id := w.queue(letter("ap@contoso.example"))
	for range 60 {
		w.work()
		w.clock.Advance(4 * time.Hour)
	}
	if m := w.get(id); m.State != mail.Refused || !strings.Contains(m.Answer, "Given up after three days") ||
		m.Attempt < 10 {
		t.Errorf("%+v", m)
	}
}

func TestOneOfTwoRecipientsIsRefusedAndTheOtherGetsTheMail(t *testing.T) {
	t.Parallel()
	w, far := toServer(t, mailpit.Options{Allowed: `^good@`})
	id := w.queue(letter("gone@contoso.example", "good@contoso.example"))
	w.work()
	m := w.get(id)
	if m.State != mail.Sent || !strings.Contains(m.Answer, "Refused: gone@contoso.example: 5") {
		t.Errorf("%+v", m)
	}
	states := []string{m.Recipients[0].State, m.Recipients[1].State}
	if !slices.Equal(states, []string{mail.TurnedOff, mail.Taken}) || len(far.Messages()) != 1 {
		t.Errorf("%v, %d arrived", states, len(far.Messages()))
	}
}

func TestAMailThatNobodyTakesIsRefusedWithTheServersWordsAndTold(t *testing.T) {
	t.Parallel()
	w, far := toServer(t, mailpit.Options{Chaos: "Recipient:550:100"})
	l := letter("gone@contoso.example")
	id := w.queue(l)
	w.work()
	w.clock.Advance(96 * time.Hour)
	w.work()
	if m := w.get(id); m.State != mail.Refused || !strings.Contains(m.Answer, "gone@contoso.example: 550") ||
		m.Attempt != 1 {
		t.Errorf("%+v", m)
	}
	if len(far.Messages()) != 0 {
		t.Error("it arrived")
	}
}

func TestAMailLargerThanTheServerTakesIsRefusedBeforeItIsHandedOver(t *testing.T) {
	t.Parallel()
	w, far := toServer(t, mailpit.Options{MaxMB: 1})
	w.mail.Files = func(context.Context, *gorm.DB, mail.Mail) ([]mail.File, error) {
		return []mail.File{{Name: "invoice.pdf", Type: "application/pdf", Data: make([]byte, 2<<20)}}, nil
	}
	id := w.queue(letter("ap@contoso.example"))
	w.work()
	if m := w.get(id); m.State != mail.Refused || !strings.Contains(m.Answer, "the mail server takes 1.0 MB at most") ||
		m.MessageID != "" {
		t.Errorf("%+v", m)
	}
	if len(far.Messages()) != 0 {
		t.Error("it arrived")
	}
}

func TestNothingBeginsAnotherHeaderOrCommand(t *testing.T) {
	t.Parallel()
	w, far := toServer(t, mailpit.Options{})
	for _, bad := range []string{"a@b.example\r\nBcc: x@y.example", "a@b.example\nDATA", "<a@b.example>",
		"Ada <a@b.example>",
		"a@b.example>", "a b@c.example", `"a\r"@b.example`, "a@b", "@b.example", "a@", "", "a@b.example\x00",
		strings.Repeat("a", 300) + "@b.example"} {
		err := w.db.InTx(t.Context(), func(tx *gorm.DB) error {
			_, _, err := w.mail.Queue(t.Context(), tx, ada, letter(bad))
			return err
		})
		if errs.KindOf(err) != errs.Conflict {
			t.Errorf("%q was queued: %v", bad, err)
		}
	}
	l := letter("ap@contoso.example")
	l.Subject, l.Body = "Invoice\r\nBcc: x@y.example\r\n\r\nbody", "one\r\n.\r\nMAIL FROM:<x@y.example>\r\n\x00two"
	w.queue(l)
	w.work()
	got := far.Only()
	if len(got.Bcc) != 0 || got.Subject != "Invoice Bcc: x@y.example body" || !strings.Contains(got.Text, "MAIL FROM") {
		t.Errorf("%+v", got)
	}
}

// The server said yes and we never heard it.
func TestAMailWhoseAnswerIsNotHeardIsPerhapsSentAndNeverGoesAgain(t *testing.T) {
	t.Parallel()
	w, far := toServer(t, mailpit.Options{})
	gate := mailpit.NewGate(t, far)
	w.save(open(gate.Host, gate.Port))
	id := w.queue(letter("ap@contoso.example"))
	done := make(chan error, 1)
	go func() { done <- w.mail.Work(t.Context()) }()
	<-gate.Held
	if m := w.get(id); m.State != mail.Sending || m.MessageID == "" {
		t.Errorf("while it is handed over: %+v", m)
	}
	gate.Cut()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	w.staysUnknown(id, far)
}

func (w *world) staysUnknown(id uuid.UUID, far *mailpit.Server) {
	w.Helper()
	w.save(open(far.Host, far.Port))
	for range 3 {
		w.clock.Advance(100 * time.Hour)
		w.work()
		if err := w.mail.Watch(w.Context()); err != nil {
			w.Fatal(err)
		}
	}
	m := w.get(id)
	if m.State != mail.Unknown || m.State.Words() != "perhaps sent" || far.Only().MessageID != m.MessageID {
		w.Errorf("%+v", m)
	}
	if err := w.mail.Retry(w.Context(), ada, id); errs.KindOf(err) != errs.Conflict {
		w.Errorf("tried again: %v", err)
	}
	err := w.db.Read(w.Context()).Exec(`UPDATE mails SET state = 'queued' WHERE id = ?`, id).Error
	if err == nil {
		w.Error("the database let it go back into the queue")
	}
	if err := w.mail.Arrived(w.Context(), ada, id); err != nil || w.get(id).State != mail.Sent {
		w.Errorf("%+v, %v", w.get(id), err)
	}
}

// The process is gone in the middle: nothing is noted any more.
func TestAMailWhoseSenderIsGoneIsPerhapsSent(t *testing.T) {
	t.Parallel()
	w, far := toServer(t, mailpit.Options{})
	gate := mailpit.NewGate(t, far)
	w.save(open(gate.Host, gate.Port))
	id := w.queue(letter("ap@contoso.example"))
	done := make(chan error, 1)
	go func() { done <- w.mail.Work(t.Context()) }()
	<-gate.Held
	other := *w.mail
	other.Holder = "two"
	if err := other.Watch(t.Context()); err != nil || w.get(id).State != mail.Sending {
		t.Errorf("given up while its sender lives: %+v, %v", w.get(id), err)
	}
	if err := other.TakeOver(t.Context()); err != nil { // as a start on a private server does
		t.Fatal(err)
	}
	if m := w.get(id); m.State != mail.Unknown {
		t.Errorf("%+v", m)
	}
	if err := other.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	gate.Release() // it was only slow after all, and knows better
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if m := w.get(id); m.State != mail.Sent || far.Only().MessageID != m.MessageID {
		t.Errorf("%+v", m)
	}
}

func TestManyProcessesSendEachMailOnceAndKeepTheLimitOfTheMinute(t *testing.T) {
	t.Parallel()
	w, far := toServer(t, mailpit.Options{})
	in := open(far.Host, far.Port)
	in.PerMinute = "20"
	w.save(in)
	const mails = 33
	for i := range mails {
		w.queue(letter(fmt.Sprintf("c%d@contoso.example", i)))
	}
	all := func() {
		var wg sync.WaitGroup
		for i := range 3 {
			s := *w.mail
			s.Holder = fmt.Sprint(i)
			wg.Add(1)
			go func() {
				defer wg.Done()
				if err := s.Work(t.Context()); err != nil {
					t.Error(err)
				}
			}()
		}
		wg.Wait()
	}
	all()
	if n := len(far.Messages()); n != 20 {
		t.Errorf("%d in the first minute, want 20", n)
	}
	w.clock.Advance(time.Minute + time.Second)
	all()
	seen := map[string]int{}
	for _, m := range far.Messages() {
		seen[m.To[0].Address]++
	}
	if len(seen) != mails || len(far.Messages()) != mails {
		t.Errorf("%d mails to %d customers, want each of %d once", len(far.Messages()), len(seen), mails)
	}
}

func TestAMailThatIsNoLongerWantedDoesNotGoOut(t *testing.T) {
	t.Parallel()
	w, far := toServer(t, mailpit.Options{})
	w.mail.Wanted = func(context.Context, *gorm.DB, mail.Mail) (string, error) { return "It was paid.", nil }
	id := w.queue(letter("ap@contoso.example"))
	w.work()
	if m := w.get(id); m.State != mail.Withdrawn || m.Answer != "It was paid." || len(far.Messages()) != 0 {
		t.Errorf("%+v", m)
	}
}

func TestThePasswordStaysWithItsHost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.save(w.signedIn(secure("mail.reseller.example"), "billing", "geheim"))
	in := secure("mail.other.example")
	in.UserName, in.Version = "billing", 1
	err := w.mail.Save(t.Context(), ada, in)
	if said := errs.FieldsOf(err)["password"]; !strings.Contains(said, "given for mail.reseller.example") {
		t.Errorf("%v", err)
	}
	for port, security := range map[string]mail.Security{"2525": mail.StartTLS, "587": mail.TLS} {
		other := w.signedIn(secure("mail.reseller.example"), "billing", "")
		other.Port, other.Security, other.Version = port, security, 1
		if err := w.mail.Save(t.Context(), ada, other); errs.FieldsOf(err)["password"] == "" {
			t.Errorf("port %s, %s: %v", port, security, err)
		}
	}
	in.PasswordClear = true
	if err := w.mail.Save(t.Context(), ada, in); errs.FieldsOf(err)["password"] == "" {
		t.Errorf("a user without a password: %v", err)
	}
	in.PasswordClear, in.Password = false, "neu"
	if err := w.mail.Save(t.Context(), ada, in); err != nil {
		t.Fatal(err)
	}
	mark, err := mail.Password(t.Context(), w.db.Read(t.Context()))
	if err != nil || mark.SentTo != "mail.other.example:587, starttls" || mark.SetBy != "Ada Example" {
		t.Errorf("%+v, %v", mark, err)
	}
	// Whoever points the stored host elsewhere gets no password.
	if err := w.db.Read(t.Context()).Exec(`UPDATE settings SET value = jsonb_set(value, '{host}', '"evil.example"')
		WHERE name = 'mail'`).Error; err != nil {
		t.Fatal(err)
	}
	if _, err := w.mail.Test(t.Context(), ada, "a@b.example"); !strings.Contains(errs.Public(err),
		"is not sent to evil.example") {
		t.Errorf("%v", err)
	}
	if err := w.db.Read(t.Context()).Exec(`UPDATE mail_secrets SET sent_to = 'evil.example:587, starttls'`).Error; err != nil {
		t.Fatal(err)
	}
	if _, err := w.mail.Test(t.Context(), ada, "a@b.example"); !strings.Contains(errs.Public(err), "cannot be opened") {
		t.Errorf("%v", err)
	}
	var leaks int
	w.db.Read(t.Context()).Raw(`SELECT count(*) FROM audit_events WHERE (before::text || after::text) ~ 'geheim|neu'`).
		Scan(&leaks)
	if leaks != 0 {
		t.Error("the password stands in the trail")
	}
}

func secure(host string) mail.Input {
	in := open(host, 587)
	in.Security = mail.StartTLS
	return in
}

func TestWhatMakesNoSenseInTheFormIsRefusedAtItsField(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for field, in := range map[string]func(*mail.Input){
		"host":         func(in *mail.Input) { in.Host = "https://mail.example/x" },
		"port":         func(in *mail.Input) { in.Port = "70000" },
		"security":     func(in *mail.Input) { in.Security = mail.Plain },
		"from_address": func(in *mail.Input) { in.FromAddress = "x\r\ny@z.example" },
		"reply_to":     func(in *mail.Input) { in.ReplyTo = "nobody" },
		"copy_to":      func(in *mail.Input) { in.CopyTo = "a@b.example, nobody" },
		"per_minute":   func(in *mail.Input) { in.PerMinute = "0" },
		"password":     func(in *mail.Input) { in.UserName = "billing" },
		"user_name":    func(in *mail.Input) { in.Password = "x" },
	} {
		f := secure("mail.reseller.example")
		in(&f)
		if err := w.mail.Save(t.Context(), ada, f); errs.FieldsOf(err)[field] == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
	if err := w.db.InTx(t.Context(), func(tx *gorm.DB) error {
		_, _, err := w.mail.Queue(t.Context(), tx, audit.System, letter("a@b.example"))
		return err
	}); !strings.Contains(errs.Public(err), "No mail server is set up") {
		t.Errorf("queued without a server: %v", err)
	}
}

// A password from before ports were part of what it is given for goes on where it went, and nowhere else.
func TestAPasswordBoundToItsHostAloneIsBoundToItsPortOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.save(w.signedIn(secure("mail.reseller.example"), "billing", "geheim"))
	sealed, err := w.mail.Sealer.Seal(secret.MailSecret("mail.reseller.example"), "geheim")
	if err == nil {
		err = w.db.Read(t.Context()).Exec(`UPDATE mail_secrets SET sealed = ?, sent_to = 'mail.reseller.example'`,
			sealed).Error
	}
	for range 2 {
		if err == nil {
			err = w.mail.BindPassword(t.Context())
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	if mark, err := mail.Password(t.Context(), w.db.Read(t.Context())); err != nil ||
		mark.SentTo != "mail.reseller.example:587, starttls" {
		t.Errorf("%+v, %v", mark, err)
	}
	same := w.signedIn(secure("mail.reseller.example"), "billing", "")
	w.save(same)
	same.Port, same.Version = "2525", 2
	if err := w.mail.Save(t.Context(), ada, same); errs.FieldsOf(err)["password"] == "" {
		t.Errorf("another port: %v", err)
	}
}
