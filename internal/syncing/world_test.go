package syncing_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/crm"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/connect"
	"seatledger/internal/distributor/outbound"
	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/mapping"
	"seatledger/internal/provider"
	"seatledger/internal/review"
	"seatledger/internal/secret"
	"seatledger/internal/syncing"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// world is a database, a distributor and a sync service between them. Jobs are
// worked by work, in the test's own time.
type world struct {
	t        *testing.T
	db       *pgtest.DB
	far      *sandbox.Server
	clock    *clock.Fake
	sync     *syncing.Service
	mapping  *mapping.Service
	provider uuid.UUID
	queued   []uuid.UUID
}

var person = audit.Actor{ID: uuid.MustParse("018f0000-0000-7000-8000-000000000001"), Name: "Ada Example"}

func newWorld(t *testing.T, data sandbox.DataOptions) *world {
	t.Helper()
	w := &world{t: t, db: pgtest.New(t), clock: clock.NewFake(time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC))}
	far, err := sandbox.New(sandbox.Options{Data: data, Clock: clock.System{}})
	w.ok(err)
	w.far = far
	srv := httptest.NewServer(w.far.Handler())
	t.Cleanup(srv.Close)
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	allow, err := outbound.ParseAllow("127.0.0.0/8")
	w.ok(err)
	client, err := outbound.New(outbound.Options{Allow: allow})
	w.ok(err)
	sealer, err := secret.Load(t.Context(), w.db.DB,
		secret.Options{Path: t.TempDir() + "/key", Create: true, Clock: w.clock})
	w.ok(err)
	providers := &provider.Service{DB: w.db.DB, Clock: w.clock, Sealer: sealer,
		Open: connect.Opener(client, clock.System{}, log), CheckURL: client.CheckURL}
	reviews := review.Reviewer{Clock: w.clock, Zone: time.UTC}
	w.mapping = &mapping.Service{DB: w.db.DB, Clock: w.clock, Zone: time.UTC, Reviews: reviews,
		CRM: crm.Service{DB: w.db.DB, Clock: w.clock}}
	w.sync = &syncing.Service{
		DB: w.db.DB, Clock: w.clock, Zone: time.UTC, Log: log, Reviews: reviews, Connect: providers.Connect,
		Holder: "test",
		Verify: func(ctx context.Context, id uuid.UUID) (distributor.Check, error) {
			return providers.Verify(ctx, audit.System, id)
		},
		Enqueue: func(_ context.Context, _ *gorm.DB, id uuid.UUID, _ time.Duration) error {
			w.queued = append(w.queued, id)
			return nil
		},
	}
	p, err := providers.Create(t.Context(), person, provider.Input{
		Name: "Sandbox", ComprehensiveAPI: true, URL: srv.URL, TokenURL: srv.URL + "/oauth2/v1/token",
		ApplicationID:     "sandbox-app",
		ApplicationSecret: "sandbox-secret", ResellerNumber: sandbox.DefaultReseller, Currency: "USD",
	})
	w.ok(err)
	w.provider = p.ID
	_, err = providers.Verify(t.Context(), person, p.ID)
	w.ok(err)
	return w
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// run asks for a run, works it, and gives how it ended.
func (w *world) run(q syncing.Request) syncing.Run {
	w.t.Helper()
	q.ProviderID = w.provider
	if q.Trigger == "" {
		q.Trigger = syncing.ByPerson
	}
	r, _, err := w.sync.Request(w.t.Context(), person, q)
	w.ok(err)
	w.work()
	return w.get(r.ID)
}

func (w *world) accounts() syncing.Run { return w.run(syncing.Request{Kind: syncing.Accounts}) }

func (w *world) subscriptions() syncing.Run {
	return w.run(syncing.Request{Kind: syncing.Subscriptions})
}

// work works what is queued, also what that queues.
func (w *world) work() {
	w.t.Helper()
	for len(w.queued) > 0 {
		id := w.queued[0]
		w.queued = w.queued[1:]
		if err := w.sync.Execute(w.t.Context(), id); err != nil && !errors.Is(err, syncing.ErrBusy) {
			w.t.Fatal(err)
		}
	}
}

func (w *world) get(id uuid.UUID) syncing.Run {
	w.t.Helper()
	r, err := syncing.Get(w.t.Context(), w.db.Read(w.t.Context()), id)
	w.ok(err)
	return r
}

func (w *world) count(sql string, args ...any) int {
	w.t.Helper()
	var n int
	w.ok(w.db.Read(w.t.Context()).Raw(sql, args...).Scan(&n).Error)
	return n
}
