package outbound

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"seatledger/internal/distributor"
)

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func TestAGzipBombStopsAtTheLimit(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	for range 8 {
		if _, err := z.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb.Bytes())
	})
	_, err := get(t, client(t, Options{Allow: loopback(t), MaxBody: 1 << 20}), url)
	wantKind(t, err, distributor.TooLarge, "1 MiB")
}

func TestALargeBodyIsRefused(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for range 200 {
			if _, err := w.Write(make([]byte, 16<<10)); err != nil {
				return
			}
		}
	})
	_, err := get(t, client(t, Options{Allow: loopback(t), MaxBody: 1 << 20}), url)
	wantKind(t, err, distributor.TooLarge)
}

func TestABodyOfExactlyTheLimitIsRead(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1<<10)) })
	a, err := get(t, client(t, Options{Allow: loopback(t), MaxBody: 1 << 10}), url)
	if err != nil || len(a.Body) != 1<<10 {
		t.Errorf("%d bytes, %v", len(a.Body), err)
	}
}

func TestALargeHeaderIsRefused(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Long", strings.Repeat("a", 200<<10))
	})
	_, err := get(t, client(t, Options{Allow: loopback(t)}), url)
	wantKind(t, err, distributor.TooLarge, "header")
}

func TestTheDeadlineCoversTheWholeCall(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]func(w http.ResponseWriter, r *http.Request){
		"no headers": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"a dripping body": func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				_, _ = w.Write([]byte(" "))
				_ = http.NewResponseController(w).Flush() // it fails once the client is gone
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := get(t, client(t, Options{Allow: loopback(t), Timeout: 200 * time.Millisecond, MaxBody: 1 << 40}),
				serve(t, h))
			wantKind(t, err, distributor.TimedOut, "200ms")
		})
	}
}

func TestATruncatedBodyIsNoAnswer(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = w.Write([]byte(`{"data":[]}`))
	})
	_, err := get(t, client(t, Options{Allow: loopback(t)}), url)
	wantKind(t, err, distributor.Dropped, "broke off")
}

func TestARefusedConnectionAndAnUnknownNameAreToldApart(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead := l.Addr().String()
	l.Close()
	_, err = get(t, client(t, Options{Allow: loopback(t)}), "http://"+dead)
	wantKind(t, err, distributor.Unreachable, "refused")

	c := client(t, Options{Resolver: nameServer(t)})
	_, err = get(t, c, "https://no-such-host.example/")
	wantKind(t, err, distributor.NameUnknown, "no-such-host.example")
}

func TestACallersOwnCancellationPassesAsItIs(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	_, err := client(t, Options{Allow: loopback(t)}).Do(ctx, Request{Op: "x", Method: "GET", URL: url})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
