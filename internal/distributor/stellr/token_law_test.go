package stellr

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"seatledger/internal/distributor"
	_ "seatledger/internal/testkit/samehistories"
)

// peer is a tiny model of a distributor's sign-in and API: which tokens are good, and in what mood each endpoint is.
type peer struct {
	*fake
	mu        sync.Mutex
	signIn    string // well, 401, 503, page, drop
	api       string // well, 401, 503
	valid     string
	handedOut int
	rejected  map[string]bool
	refusedAt time.Time
	fresh     int // fresh tokens in a row that were not accepted
	worked    map[string]bool
	reused    string
	bench     bench
}

const oneList = "/api/v1/customers/1/subscriptions"

func newPeer(t *testing.T) *peer {
	p := &peer{fake: newFake(t), signIn: "well", api: "well", rejected: map[string]bool{}, worked: map[string]bool{}}
	p.fake.signIn = p.handOut
	p.on(oneList, p.list)
	p.bench = p.connect(t, func(c *distributor.Credentials) { c.Concurrency = 1 })
	p.bench.unhurried()
	return p
}

func (p *peer) handOut(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch p.signIn {
	case "401":
		p.refusedAt = p.bench.clk.Now()
		w.WriteHeader(401)
		fmt.Fprint(w, `{"error":"invalid_client"}`)
	case "503":
		w.WriteHeader(503)
	case "page":
		fmt.Fprint(w, `<html>maintenance</html>`)
	case "drop":
		panic(http.ErrAbortHandler)
	default:
		p.handedOut++
		p.valid = fmt.Sprintf("t%d", p.handedOut)
		fmt.Fprintf(w, `{"access_token":%q,"expires_in":7200}`, p.valid)
	}
}

func (p *peer) list(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if p.rejected[token] {
		p.reused = token
	}
	switch {
	case p.api == "503":
		w.WriteHeader(503)
	case p.api == "401", token != p.valid:
		p.rejected[token] = true
		if p.fresh++; p.worked[token] {
			p.fresh = 0
		}
		w.WriteHeader(401)
	default:
		p.worked[token], p.fresh = true, 0
		fmt.Fprint(w, `{"data":{"total":0,"records":[]}}`)
	}
}

func (p *peer) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

// TestAfterThePeerIsWellOneCallSucceeds is the law of tokens: whatever went before, nothing
// remembered outlives a minute or a pause that was told, no rejected token is used again, and each sentence is true.
func TestAfterThePeerIsWellOneCallSucceeds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		p := newPeer(t)
		defer p.Close()
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			switch rapid.SampledFrom([]string{"call", "call", "sign-in", "api", "revoke", "later"}).Draw(rt, "step") {
			case "sign-in":
				mood := rapid.SampledFrom([]string{"well", "401", "503", "page", "drop"}).Draw(rt, "mood")
				p.set(func() { p.signIn = mood })
			case "api":
				mood := rapid.SampledFrom([]string{"well", "401", "503"}).Draw(rt, "mood")
				p.set(func() { p.api = mood })
			case "revoke":
				p.set(func() { p.valid = "none" })
			case "later":
				p.bench.clk.Advance(time.Duration(rapid.IntRange(1, 8000).Draw(rt, "seconds")) * time.Second)
			case "call":
				_, err := p.bench.Subscriptions(rt.Context(), "1")
				p.judge(rt, err)
			}
		}
		p.set(func() { p.signIn, p.api = "well", "well" })
		_, err := p.bench.Subscriptions(rt.Context(), "1")
		p.judge(rt, err)
		if err == nil {
			return
		}
		p.bench.clk.Advance(time.Minute)
		if until, _, ok := distributor.PauseOf(err); ok {
			p.bench.clk.Set(until)
		} else if !strings.Contains(err.Error(), "is not asked again before") {
			rt.Fatalf("the peer is well, and nothing is said to be remembered: %v", err)
		}
		if _, err := p.bench.Subscriptions(rt.Context(), "1"); err != nil {
			rt.Fatalf("the peer is well: %v", err)
		}
	})
}

func (p *peer) judge(rt *rapid.T, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reused != "" {
		rt.Fatalf("%s was used again after a 401", p.reused)
	}
	if err == nil {
		return
	}
	if strings.Contains(err.Error(), "accepts none") && p.fresh < 3 {
		rt.Fatalf("%v, after %d fresh tokens", err, p.fresh)
	}
	refused := distributor.KindOf(err) == distributor.NeedsCredentials
	if refused && (p.refusedAt.IsZero() || p.bench.clk.Now().Sub(p.refusedAt) >= time.Minute) {
		rt.Fatalf("no refusal within a minute: %v", err)
	}
}
