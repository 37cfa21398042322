package conformance_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/calls"
	"seatledger/internal/distributor/conformance"
	"seatledger/internal/distributor/connect"
	"seatledger/internal/distributor/manual"
	"seatledger/internal/distributor/outbound"
	"seatledger/internal/distributor/sandbox"
)

// standIn is the sandbox with what the suite wants of it.
type standIn struct {
	far    *sandbox.Server
	url    string
	mu     sync.Mutex
	called []conformance.Call
}

func (s *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.URL.Path, "/_sandbox") {
		s.mu.Lock()
		s.called = append(s.called, conformance.Call{Method: r.Method, Path: r.URL.Path})
		s.mu.Unlock()
	}
	s.far.Handler().ServeHTTP(w, r)
}

func (s *standIn) calls() []conformance.Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]conformance.Call(nil), s.called...)
}

func (s *standIn) fault(t *testing.T, format string, args ...any) {
	t.Helper()
	r, err := http.Post(s.url+"/_sandbox/faults", "application/json", strings.NewReader(fmt.Sprintf(format, args...)))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode >= 300 {
		t.Fatalf("a fault: %d", r.StatusCode)
	}
}

func sandboxed(t *testing.T) *standIn {
	t.Helper()
	far, err := sandbox.New(sandbox.Options{Clock: clock.System{}, Data: sandbox.DataOptions{Customers: 8,
		Subscriptions: 40, Seed: 7, Today: clock.NewDate(2026, time.March, 5)}})
	if err != nil {
		t.Fatal(err)
	}
	s := &standIn{far: far}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// open makes a connector as a process of its own does.
func (s *standIn) open(connector string) func(t *testing.T) distributor.Connector {
	return func(t *testing.T) distributor.Connector {
		t.Helper()
		c, err := connect.OpenerOf(door(t), quick(), slog.New(slog.DiscardHandler))(t.Context(),
			distributor.Credentials{
				Connector: connector, BaseURL: s.url, ApplicationID: "sandbox-app", ApplicationSecret: "sandbox-secret",
				UserName: "integration@reseller.example", Password: "sandbox-password",
				ResellerNumber: sandbox.DefaultReseller, PageSize: 5})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
}

// quick are calls that do not wait between tries.
func quick() calls.Options {
	return calls.Options{Clock: clock.System{}, Wait: func(ctx context.Context, _ time.Duration) error {
		return ctx.Err()
	}}
}

func door(t *testing.T) *outbound.Client {
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
	return hc
}

// breaks says a fault in the sandbox's words: lists are at path, sign-ins at token.
func (s *standIn) breaks(lists, token string) func(*testing.T, conformance.Fault) {
	return func(t *testing.T, f conformance.Fault) {
		t.Helper()
		switch f {
		case conformance.Page:
			s.fault(t, `{"kind":"html",%s}`, lists)
		case conformance.Cut:
			s.fault(t, `{"kind":"cut",%s}`, lists)
		case conformance.Busy:
			s.fault(t, `{"kind":"status","status":503,"times":1,%s}`, lists)
		case conformance.DeadToken:
			s.fault(t, `{"kind":"token_expired","times":1,%s}`, lists)
		case conformance.FewerThan:
			s.fault(t, `{"kind":"total_mismatch",%s}`, lists)
		case conformance.NoSeats:
			s.fault(t, `{"kind":"poison","variant":"no_quantity",%s}`, lists)
		case conformance.Refused:
			s.fault(t, `{"kind":"status","status":401,"shape":"oauth","message":"invalid_client",%s}`, token)
		default:
			t.Fatalf("no stand-in for %s", f)
		}
	}
}

func TestStellrConforms(t *testing.T) {
	t.Parallel()
	conformance.Run(t, conformance.Subject{SignIn: "/oauth2/v1/token", Start: func(t *testing.T) *conformance.Far {
		s := sandboxed(t)
		world := map[string]map[string]int{}
		for _, c := range s.far.Customers() {
			world[c.CustomerNo] = map[string]int{}
		}
		for _, sub := range s.far.Subscriptions() {
			world[sub.CustomerNo][sub.ID] = sub.Quantity
		}
		return &conformance.Far{Customers: world, Open: s.open(distributor.Stellr), Calls: s.calls,
			Secrets: []string{"sandbox-secret", "sandbox-password"},
			Break:   s.breaks(`"path":"/api/v1/customers/*/subscriptions"`, `"path":"/oauth2/v1/token"`),
			Seats: func(t *testing.T, id string, n int) {
				if err := s.far.SetSeats(id, n); err != nil {
					t.Fatal(err)
				}
			}}
	}})
}

func TestStellrLegacyConforms(t *testing.T) {
	t.Parallel()
	const signIn, reads = "/webservice/auth/token", "/webservice/solutions/csp"
	conformance.Run(t, conformance.Subject{SignIn: signIn, Posts: []string{reads},
		Cannot: []conformance.Fault{conformance.FewerThan}, // it tells no totals
		Start: func(t *testing.T) *conformance.Far {
			s := sandboxed(t)
			b := s.far.Behaviour()
			b.LegacyListRows = "full"
			if err := s.far.SetBehaviour(b); err != nil {
				t.Fatal(err)
			}
			world, own := map[string]map[string]int{}, map[string]string{}
			number := map[string]string{}
			for _, c := range s.far.Customers() {
				number[c.CustomerNo] = strconv.Itoa(c.LegacyNo)
				world[strconv.Itoa(c.LegacyNo)] = map[string]int{}
			}
			for _, sub := range s.far.Subscriptions() {
				if sub.LegacyID == 0 {
					continue
				}
				id, n := strconv.Itoa(sub.LegacyID), sub.Quantity
				if sub.LegacyQuantity != nil {
					n = *sub.LegacyQuantity
				}
				world[number[sub.CustomerNo]][id], own[id] = n, sub.ID
			}
			return &conformance.Far{Customers: world, Open: s.open(distributor.StellrLegacy), Calls: s.calls,
				Secrets: []string{"sandbox-secret", "sandbox-password"},
				Break: s.breaks(`"path":"`+reads+`","action_name":"get_subscriptions_by_eu_no"`,
					`"path":"`+signIn+`"`),
				Seats: func(t *testing.T, id string, n int) {
					if err := s.far.SetSeats(own[id], n); err != nil {
						t.Fatal(err)
					}
				}}
		}})
}

func TestManualConforms(t *testing.T) {
	t.Parallel()
	conformance.RunByHand(t, manual.Connector{})
}
