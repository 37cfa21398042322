package crmsource_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/crm"
	"seatledger/internal/crm/dataverse"
	"seatledger/internal/crm/dataverse/standin"
	"seatledger/internal/crmsource"
	"seatledger/internal/distributor/outbound"
	"seatledger/internal/errs"
	"seatledger/internal/secret"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var ada = audit.Actor{ID: uuid.MustParse("0190a000-0000-7000-8000-000000000001"), Name: "Ada Example"}

// world is the room with an organisation beside it. Runs are worked when the test says so.
type world struct {
	*testing.T
	*crmsource.Service
	db     *pgtest.DB
	org    *standin.Organisation
	server *httptest.Server
	clock  *clock.Fake
	source crmsource.Source
	log    *bytes.Buffer

	mu     sync.Mutex
	queued []uuid.UUID
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, org: standin.New(), clock: clock.NewFake(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)),
		log: &bytes.Buffer{}}
	w.server = httptest.NewServer(w.org)
	t.Cleanup(w.server.Close)
	sealer, err := secret.CreateFile(filepath.Join(t.TempDir(), "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	allow, err := outbound.ParseAllow("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	door, err := outbound.New(outbound.Options{Allow: allow, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	w.db = pgtest.New(t)
	db := w.db.DB
	log := slog.New(slog.NewTextHandler(&locked{to: w.log}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.Service = &crmsource.Service{
		DB: db, Clock: w.clock, Zone: time.UTC, Log: log, Sealer: sealer, CRM: crm.Service{DB: db, Clock: w.clock},
		CheckURL: door.CheckURL, SyncAt: 2 * time.Hour,
		Open: func(c dataverse.Config) (*dataverse.Client, error) {
			return dataverse.New(c, door, clock.System{}, log)
		},
		Enqueue: func(_ context.Context, _ *gorm.DB, run uuid.UUID, _ time.Duration) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.queued = append(w.queued, run)
			return nil
		},
	}
	w.source, err = w.Create(t.Context(), ada, w.input())
	if err != nil {
		t.Fatalf("create: %v %v", err, errs.FieldsOf(err))
	}
	return w
}

// locked is a buffer that several may write to.
type locked struct {
	mu sync.Mutex
	to *bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(p)
}

func (w *world) input() crmsource.Input {
	return crmsource.Input{Name: "Dynamics 365", URL: w.server.URL, Tenant: standin.Tenant, ClientID: standin.ClientID,
		ClientSecret: standin.Secret,
		TokenURL:     w.server.URL + "/" + standin.Tenant + "/oauth2/v2.0/token", PageSize: "2",
		TenantColumn: "wf_tenantid", Nightly: true}
}

func id(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }

func contactID(n int) string { return fmt.Sprintf("00000000-0000-4000-9000-%012d", n) }

// customers puts some accounts into the organisation.
func (w *world) customers(n int) {
	for i := 1; i <= n; i++ {
		w.org.PutAccount(id(i), map[string]any{"name": fmt.Sprintf("Customer %02d Ltd", i),
			"accountnumber":  fmt.Sprintf("A-%02d", i),
			"websiteurl":     fmt.Sprintf("https://www.customer%02d.example/home", i),
			"address1_line1": "1 Quay", "address1_city": "Leeds", "address1_postalcode": "01067",
			"telephone1": "+44 113 1", "wf_tenantid": fmt.Sprintf("2b1f0e5c-7a41-4d0e-9a53-%012d", i)})
	}
}

// read has the source read now, and gives how it ended.
func (w *world) read(change ...func(*crmsource.Request)) crmsource.Run {
	w.Helper()
	q := crmsource.Request{Source: w.source.ID, Trigger: crmsource.ByPerson}
	for _, c := range change {
		c(&q)
	}
	run, _, err := w.Request(w.Context(), ada, q)
	if err != nil {
		w.Fatal(err)
	}
	if err := w.Execute(w.Context(), run.ID); err != nil {
		w.Fatal(err)
	}
	run, err = crmsource.GetRun(w.Context(), w.DB.Read(w.Context()), w.source.ID, run.ID)
	if err != nil {
		w.Fatal(err)
	}
	return run
}

func whole(q *crmsource.Request) { q.Whole = true }

func allowGone(q *crmsource.Request) { q.AllowGone = true }

func (w *world) ends(r crmsource.Run, want crmsource.State, says ...string) {
	w.Helper()
	if r.State != want {
		w.Fatalf("%s: %s %s, want %s", r.State, r.Message, r.Advice, want)
	}
	for _, s := range says {
		if !strings.Contains(r.Message+" "+r.Advice, s) {
			w.Errorf("%q is not in: %s %s", s, r.Message, r.Advice)
		}
	}
}

func (w *world) counts(r crmsource.Run, want crmsource.Counts) {
	w.Helper()
	got := r.Counts
	got.Accounts, got.Contacts, got.Applied = 0, 0, 0
	if got != want {
		w.Errorf("counts %+v, want %+v (%s)", got, want, r.Message)
	}
}

func (w *world) text(sql string, args ...any) string {
	w.Helper()
	var out []string
	if err := w.DB.Read(w.Context()).Raw(sql, args...).Scan(&out).Error; err != nil {
		w.Fatal(err)
	}
	return strings.Join(out, "|")
}

// customer finds the CRM account of an account of the organisation.
func (w *world) customer(n int) crm.Account {
	w.Helper()
	var ids []uuid.UUID
	if err := w.DB.Read(w.Context()).Raw(`SELECT crm_account_id FROM crm_source_records WHERE external_id = ?`,
		id(n)).Scan(&ids).Error; err != nil || len(ids) != 1 {
		w.Fatalf("customer %d: %v %v", n, ids, err)
	}
	a, err := crm.Get(w.Context(), w.DB.Read(w.Context()), ids[0])
	if err != nil {
		w.Fatal(err)
	}
	return a
}

// edit changes a customer by hand.
func (w *world) edit(n int, change func(*crm.Facts)) {
	w.Helper()
	a := w.customer(n)
	in := crm.Input{Facts: a.Facts}
	change(&in.Facts)
	if err := w.CRM.Update(w.Context(), ada, crm.Edit{ID: a.ID, Version: a.Version, Input: in}); err != nil {
		w.Fatal(err)
	}
}
