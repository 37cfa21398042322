package provider_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/outbound"
	"seatledger/internal/errs"
	"seatledger/internal/provider"
	"seatledger/internal/secret"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// room is the room over a database of its own, with a distributor that answers as told.
type room struct {
	*testing.T
	provider.Service
	clock *clock.Fake
	stub  *stub
	by    audit.Actor
}

// stub is a connector whose check is set by the test. asked holds the credentials it was opened with.
type stub struct {
	distributor.Connector
	check  distributor.Check
	asked  distributor.Credentials
	how    distributor.Patience
	during func() // runs while a check is under way
}

func (s *stub) Verify(_ context.Context, how distributor.Patience) distributor.Check {
	s.how = how
	if s.during != nil {
		s.during()
	}
	return s.check
}

func passed() distributor.Check {
	return distributor.Check{Layers: []distributor.Layer{{Name: distributor.LayerAddress, Result: distributor.Passed,
		Message: "Allowed."}}}
}

func newRoom(t *testing.T) *room {
	t.Helper()
	sealer, err := secret.CreateFile(filepath.Join(t.TempDir(), "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	guard, err := outbound.New(outbound.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := &room{T: t, clock: clock.NewFake(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)), stub: &stub{check: passed()},
		by: audit.Actor{ID: uuid.MustParse("0190a000-0000-7000-8000-000000000001"), Name: "Ada Example"}}
	r.Service = provider.Service{DB: pgtest.New(t).DB, Clock: r.clock, Sealer: sealer, CheckURL: guard.CheckURL,
		Open: func(_ context.Context, c distributor.Credentials) (distributor.Connector, error) {
			r.stub.asked = c
			return r.stub, nil
		}}
	return r
}

// good is a form that fits, for the comprehensive API.
func good() provider.Input {
	return provider.Input{
		Connector: distributor.Stellr, Name: "Northwind US", ComprehensiveAPI: true,
		InternalName: provider.DefaultInternalName,
		UserName:     "integration@reseller.example", Password: "pass-phrase-1", URL: "https://api.us.tdsynnex.com/",
		ApplicationID: "app-1", ApplicationSecret: "app-secret-1", ResellerNumber: "100200", Currency: "USD",
	}
}

// legacy is a form that fits, with the toggle off.
func legacy() provider.Input {
	in := good()
	in.Name, in.ComprehensiveAPI, in.URL, in.ApplicationID, in.ApplicationSecret = "Northwind legacy", false,
		"https://ws.synnex.com/", "", ""
	return in
}

func with(in provider.Input, change func(*provider.Input)) provider.Input {
	change(&in)
	return in
}

func (r *room) create(in provider.Input) provider.Provider {
	r.Helper()
	p, err := r.Create(r.Context(), r.by, in)
	if err != nil {
		r.Fatalf("create: %v %v", err, errs.FieldsOf(err))
	}
	return p
}

func (r *room) get(id uuid.UUID) provider.Provider {
	r.Helper()
	p, err := provider.Get(r.Context(), r.DB.Read(r.Context()), id)
	if err != nil {
		r.Fatal(err)
	}
	return p
}

func (r *room) exec(sql string, args ...any) {
	r.Helper()
	if err := r.DB.Read(r.Context()).Exec(sql, args...).Error; err != nil {
		r.Fatal(err)
	}
}

// account gives a provider an account, as a sync would.
func (r *room) account(id uuid.UUID, externalID string) {
	r.Helper()
	r.exec(`INSERT INTO provider_accounts (id, provider_id, external_id, name, provider_status, state, first_seen_at,
		updated_at)
		VALUES (?, ?, ?, ?, 'active', 'unmapped', now(),
			now())`, uuid.Must(uuid.NewV7()), id, externalID, "Contoso Example "+externalID)
}

func (r *room) fields(err error) map[string]string {
	r.Helper()
	if errs.KindOf(err) != errs.Invalid {
		r.Fatalf("got %v, want a refused form", err)
	}
	return errs.FieldsOf(err)
}
