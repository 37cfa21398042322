package skeleton

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/calls"
	"seatledger/internal/distributor/conformance"
	"seatledger/internal/distributor/outbound"
)

const firstRefresh = "refresh-as-a-person-typed-it"

// far is the invented distributor: customers and subscriptions in one list each, and tokens that are good once.
type far struct {
	mu      sync.Mutex
	world   map[string]map[string]int
	called  []conformance.Call
	faults  []conformance.Fault
	refresh string
	access  string
	issued  int
	log     *conformance.Log
}

func (f *far) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.called = append(f.called, conformance.Call{Method: r.Method, Path: r.URL.Path})
	w.Header().Set("Content-Type", "application/json")
	if r.URL.Path == "/oauth/token" {
		f.token(w, r)
		return
	}
	if f.meets(conformance.DeadToken, true) {
		f.access = ""
	}
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if token == "" || token != f.access {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	f.log.Note("used " + token)
	switch r.URL.Path {
	case "/v1/customers":
		var rows []any
		for _, id := range slices.Sorted(maps.Keys(f.world)) {
			rows = append(rows, map[string]any{"customerId": id, "company": "Company " + id, "status": "ACTIVE"})
		}
		f.page(w, r, "customers", rows, false)
	case "/v1/subscriptions":
		var rows []any
		for _, of := range slices.Sorted(maps.Keys(f.world)) {
			for _, id := range slices.Sorted(maps.Keys(f.world[of])) {
				if asked := r.FormValue("customerId"); asked == "" || asked == of {
					rows = append(rows, map[string]any{"id": id, "customerId": of, "quantity": f.world[of][id],
						"productName": "Microsoft 365 Business Premium", "mfgPartNumber": "CFQ7TTC0LCHC:0002:P1Y:M",
						"cost": 18.5, "currency": "USD", "billingCycle": "monthly", "billingTerm": "P1Y",
						"status": "active", "startDate": "2026-01-10T00:00:00Z", "endDate": "2027-01-10T00:00:00Z"})
				}
			}
		}
		if f.meets(conformance.NoSeats, false) {
			rows = append(rows, map[string]any{"id": "spoiled", "customerId": firstFull(f.world), "productName": "x"})
		}
		f.page(w, r, "items", rows, true)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func firstFull(world map[string]map[string]int) string {
	for _, id := range slices.Sorted(maps.Keys(world)) {
		if len(world[id]) > 0 {
			return id
		}
	}
	return ""
}

// token takes a refresh token, which is then spent.
func (f *far) token(w http.ResponseWriter, r *http.Request) {
	if f.meets(conformance.Refused, false) || r.FormValue("refresh_token") != f.refresh {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"error":"cannot validate token: no such token"}`)
		return
	}
	f.issued++
	f.refresh, f.access = fmt.Sprintf("refresh-%d", f.issued), fmt.Sprintf("access-%d", f.issued)
	if f.meets(conformance.LostToken, true) {
		if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = c.Close()
		}
		return
	}
	fmt.Fprintf(w, `{"access_token":%q,"refresh_token":%q,"expires_in":7200,"token_type":"Bearer"}`, f.access,
		f.refresh)
}

func (f *far) page(w http.ResponseWriter, r *http.Request, name string, rows []any, breaks bool) {
	from, _ := strconv.Atoi(r.FormValue("offset"))
	size, _ := strconv.Atoi(r.FormValue("limit"))
	total := len(rows)
	rows = rows[min(from, len(rows)):min(from+size, len(rows))]
	if !breaks {
		write(w, name, rows, total)
		return
	}
	switch {
	case f.meets(conformance.Page, false):
		fmt.Fprint(w, "<html>We are back soon.</html>")
	case f.meets(conformance.Cut, false):
		w.Header().Set("Content-Length", "5000")
		fmt.Fprint(w, `{"items":[{"id":`)
	case f.meets(conformance.Busy, true):
		w.WriteHeader(http.StatusServiceUnavailable)
	case f.meets(conformance.FewerThan, false):
		write(w, name, rows, total+1)
	default:
		write(w, name, rows, total)
	}
}

func write(w http.ResponseWriter, name string, rows []any, total int) {
	if rows == nil {
		rows = []any{}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{name: rows, "totalCount": total})
}

// meets tells whether a fault stands, and ends one that comes once.
func (f *far) meets(fault conformance.Fault, once bool) bool {
	i := slices.Index(f.faults, fault)
	if i >= 0 && once {
		f.faults = slices.Delete(f.faults, i, i+1)
	}
	return i >= 0
}

func start(t *testing.T) *conformance.Far {
	t.Helper()
	log := &conformance.Log{}
	f := &far{refresh: firstRefresh, log: log, world: map[string]map[string]int{
		"10": {"101": 3, "102": 25}, "20": {}, "30": {"301": 1, "302": 7, "303": 12}, "40": {"401": 2, "402": 9,
			"403": 4}}}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	vault := conformance.NewVault(firstRefresh, log)
	return &conformance.Far{Customers: f.world, Log: log, Secrets: []string{firstRefresh, "access-1", "refresh-1"},
		Full: vault.Fill,
		Calls: func() []conformance.Call {
			f.mu.Lock()
			defer f.mu.Unlock()
			return slices.Clone(f.called)
		},
		Break: func(_ *testing.T, fault conformance.Fault) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.faults = append(f.faults, fault)
		},
		Seats: func(_ *testing.T, id string, n int) {
			f.mu.Lock()
			defer f.mu.Unlock()
			for _, of := range f.world {
				if _, has := of[id]; has {
					of[id] = n
				}
			}
		},
		Open: func(t *testing.T) distributor.Connector {
			t.Helper()
			allow, err := outbound.ParseAllow("127.0.0.0/8")
			if err != nil {
				t.Fatal(err)
			}
			hc, err := outbound.New(outbound.Options{Allow: allow, Timeout: 20 * time.Second})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(hc.CloseIdle)
			return New(distributor.Credentials{BaseURL: server.URL, PageSize: 4}, hc,
				calls.Options{Clock: clock.System{},
					Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}, vault,
				slog.New(slog.DiscardHandler))
		}}
}

func TestTheSkeletonConforms(t *testing.T) {
	t.Parallel()
	conformance.Run(t, conformance.Subject{Start: start, SignIn: "/oauth/token", OneList: true,
		Lists:   3, // two full pages of four, and the empty one behind them
		Rotates: true})
}
