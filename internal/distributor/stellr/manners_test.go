package stellr

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/calls"
)

// unhurried replaces the connector's waits with moves of its fake clock.
func (b *bench) unhurried() *bench {
	b.session = calls.NewSession(b.cred,
		calls.Options{Concurrency: 4, Clock: b.clk, Wait: func(ctx context.Context, d time.Duration) error {
			b.clk.Advance(d)
			return ctx.Err()
		}}, b.signIn)
	return b
}

func TestNobodyAsksBeforeRetryAfterEnds(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]string{"seconds": "20", "a date": "Mon, 23 Nov 2026 08:00:20 GMT"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			b := f.connect(t)
			b.unhurried()
			var mu sync.Mutex
			var allowedFrom time.Time
			f.on("/api/v1/customers/1/subscriptions", func(w http.ResponseWriter, _ *http.Request) {
				mu.Lock()
				defer mu.Unlock()
				if allowedFrom.IsZero() {
					allowedFrom = b.clk.Now().Add(20 * time.Second)
					w.Header().Set("Retry-After", header)
					w.WriteHeader(429)
					return
				}
				if b.clk.Now().Before(allowedFrom) {
					t.Error("asked too early")
				}
				fmt.Fprint(w, `{"data":{"total":0,"records":[]}}`)
			})
			if _, err := b.Subscriptions(t.Context(), "1"); err != nil {
				t.Fatal(err)
			}
			if _, err := b.Subscriptions(t.Context(), "1"); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestOddRetryAfterValuesEndInASaneWait(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"", "soon", "-1", "0", "Fri, 01 Jan 2016 00:00:00 GMT",
		"Wed, 01 Jan 2036 00:00:00 GMT", "9999999999"} {
		f := newFake(t)
		b := f.connect(t)
		b.unhurried()
		var n atomic.Int32
		f.on(customersPath, func(w http.ResponseWriter, _ *http.Request) {
			if n.Add(1) <= 2 {
				w.Header().Set("Retry-After", header)
				w.WriteHeader(429)
				return
			}
			fmt.Fprint(w, `{"data":{"total":0,"records":[]}}`)
		})
		began := b.clk.Now()
		if _, err := b.Accounts(t.Context()); err != nil {
			t.Errorf("%q: %v", header, err)
		}
		if waited := b.clk.Now().Sub(began); waited <= 0 || waited > time.Minute {
			t.Errorf("%q: waited %s", header, waited)
		}
	}
}

func TestABusyServerIsTriedAgainAndABrokenOneGivenUp(t *testing.T) {
	t.Parallel()
	for _, code := range []int{500, 502, 503, 504} {
		for _, failures := range []int{2, 99} {
			f := newFake(t)
			b := f.connect(t)
			b.unhurried()
			var n atomic.Int32
			f.on(customersPath, func(w http.ResponseWriter, _ *http.Request) {
				if int(n.Add(1)) <= failures {
					w.WriteHeader(code)
					fmt.Fprint(w, `{"requestId":"r500","errorMessage":"Server.RuntimeError"}`)
					return
				}
				fmt.Fprint(w, `{"data":{"total":0,"records":[]}}`)
			})
			_, err := b.Accounts(t.Context())
			if failures == 2 && err != nil {
				t.Errorf("%d: %v", code, err)
			}
			if failures == 99 && (distributor.KindOf(err) != distributor.Broken ||
				distributor.AsError(err).RequestID != "r500") {
				t.Errorf("%d: %v", code, err)
			}
			if n.Load() != 3 {
				t.Errorf("%d: %d calls", code, n.Load())
			}
		}
	}
}

func TestA403Or404OfOneCustomerIsAnErrorAndNotAnEmptyList(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.on("/api/v1/customers/1/subscriptions", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) })
	c := f.connect(t)
	_, err := c.Subscriptions(t.Context(), "1")
	if kindOf(t, err) != distributor.NotPermitted {
		t.Error(err)
	}
	_, err = c.Subscriptions(t.Context(), "2")
	if kindOf(t, err) != distributor.NotFound {
		t.Error(err)
	}
	mustContain(t, err.Error(), "No static resource")
}

func TestAnIDIsOnePieceOfThePath(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	_, err := f.connect(t).Subscriptions(t.Context(), "a/../b?x=1")
	if err == nil {
		t.Fatal("no error")
	}
	want := "GET /api/v1/customers/a%2F..%2Fb%3Fx=1/subscriptions?pageNo=1&pageSize=100"
	if got := f.requests(); len(got) != 1 || got[0] != want {
		t.Errorf("%v", got)
	}
}
