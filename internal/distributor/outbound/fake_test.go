package outbound

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"seatledger/internal/distributor"
)

// nameServer answers every name with the next of its addresses, and stays at the last.
func nameServer(t *testing.T, answers ...string) *net.Resolver {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.Close() })
	go serveNames(pc, answers)
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", pc.LocalAddr().String())
	}}
}

func serveNames(pc net.PacketConn, answers []string) {
	buf, asked := make([]byte, 1500), 0
	for {
		n, from, err := pc.ReadFrom(buf)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(buf[:n]) != nil || len(m.Questions) == 0 {
			continue
		}
		m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
		if len(answers) == 0 {
			m.RCode = dnsmessage.RCodeNameError
		} else if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
			ip := netip.MustParseAddr(answers[min(asked, len(answers)-1)])
			asked++
			m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 0},
				Body: &dnsmessage.AResource{A: ip.As4()}}}
		}
		out, err := m.Pack()
		if err == nil {
			_, _ = pc.WriteTo(out, from) // a lost answer shows as a time-out in the test
		}
	}
}

func client(t *testing.T, o Options) *Client {
	t.Helper()
	if o.Timeout == 0 {
		o.Timeout = 5 * time.Second
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdle)
	return c
}

func loopback(t *testing.T) Allow {
	t.Helper()
	a, err := ParseAllow("127.0.0.0/8")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func get(t *testing.T, c *Client, url string) (Answer, error) {
	t.Helper()
	return c.Do(t.Context(), Request{Op: "test", Method: http.MethodGet, URL: url})
}

func wantKind(t *testing.T, err error, kind distributor.ErrorKind, words ...string) {
	t.Helper()
	var e *distributor.Error
	if !errors.As(err, &e) {
		t.Fatalf("no *distributor.Error: %v", err)
	}
	if e.Kind != kind {
		t.Errorf("kind %s, want %s (%v)", e.Kind, kind, err)
	}
	if e.Advice == "" {
		t.Error("no advice")
	}
	for _, w := range words {
		if !strings.Contains(e.Message, w) {
			t.Errorf("message %q lacks %q", e.Message, w)
		}
	}
}

// canary is a server that nobody may reach; it counts connections, not requests.
func canary(t *testing.T, secured bool) (port string, reached *atomic.Int32) {
	t.Helper()
	reached = &atomic.Int32{}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			reached.Add(1)
		}
	}
	if secured {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port, reached
}
