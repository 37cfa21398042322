package mail_test

import (
	"log/slog"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/mail"
	"seatledger/internal/secret"
	"seatledger/internal/testkit/mailpit"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var ada = audit.Actor{ID: uuid.MustParse("0190a000-0000-7000-8000-000000000001"), Name: "Ada Example"}

// world is a database with one process that sends from it.
type world struct {
	*testing.T
	db    *pgtest.DB
	clock *clock.Fake
	mail  *mail.Service
}

func newWorld(t *testing.T) *world {
	t.Helper()
	sealer, err := secret.CreateFile(filepath.Join(t.TempDir(), "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, db: pgtest.New(t), clock: clock.NewFake(time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC))}
	w.mail = &mail.Service{DB: w.db.DB, Clock: w.clock, Log: slog.New(slog.DiscardHandler), Sealer: sealer, Holder: "one"}
	return w
}

// open is a server on this machine, without TLS.
func open(host string, port int) mail.Input {
	return mail.Input{Server: mail.Server{Host: host, Security: mail.Plain, FromName: "Müller & Söhne GmbH",
		FromAddress: "billing@reseller.example", ReplyTo: "help@reseller.example"}, Port: strconv.Itoa(port)}
}

func (w *world) save(in mail.Input) {
	w.Helper()
	_, saved, err := mail.Load(w.Context(), w.db.Read(w.Context()))
	if err != nil {
		w.Fatal(err)
	}
	in.Version = saved.Version
	if err := w.mail.Save(w.Context(), ada, in); err != nil {
		w.Fatalf("%v", err)
	}
}

func (w *world) signedIn(in mail.Input, user, password string) mail.Input {
	in.UserName, in.Password = user, distributor.Secret(password)
	return in
}

func letter(to ...string) mail.Letter {
	return mail.Letter{Kind: mail.Notice, Language: "en", To: to, Subject: "Über 3 Plätze", Body: "Grüße\nfrom us"}
}

func (w *world) queue(l mail.Letter) uuid.UUID {
	w.Helper()
	var id uuid.UUID
	err := w.db.InTx(w.Context(), func(tx *gorm.DB) (err error) {
		id, _, err = w.mail.Queue(w.Context(), tx, ada, l)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return id
}

func (w *world) work() {
	w.Helper()
	if err := w.mail.Work(w.Context()); err != nil {
		w.Fatal(err)
	}
}

func (w *world) get(id uuid.UUID) mail.Mail {
	w.Helper()
	m, err := mail.Get(w.Context(), w.db.Read(w.Context()), id)
	if err != nil {
		w.Fatal(err)
	}
	return m
}

func (w *world) line() mail.LineState {
	w.Helper()
	l, err := mail.Look(w.Context(), w.db.Read(w.Context()))
	if err != nil {
		w.Fatal(err)
	}
	return l
}

// toServer is a world that mails to a server of its own.
func toServer(t *testing.T, o mailpit.Options) (*world, *mailpit.Server) {
	t.Helper()
	w, far := newWorld(t), mailpit.Start(t, o)
	w.save(open(far.Host, far.Port))
	return w, far
}
