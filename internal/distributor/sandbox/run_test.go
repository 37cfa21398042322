package sandbox

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
)

// running is a sandbox that was started as the verb does it.
type running struct {
	base string
	stop context.CancelFunc
	done chan error
}

func run(t *testing.T, args ...string) running {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	r := running{stop: stop, done: make(chan error, 1)}
	go func() {
		err := Run(ctx, append([]string{"--addr", "127.0.0.1:0"}, args...), in)
		in.CloseWithError(io.EOF)
		r.done <- err
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	base, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if err != nil || !ok {
		t.Fatalf("it said %q (%v)", line, err)
	}
	r.base = base
	t.Cleanup(stop)
	return r
}

func (r running) ended(t *testing.T) {
	t.Helper()
	if err := <-r.done; err != nil {
		t.Errorf("it ended with %v", err)
	}
}

func TestRunServesUntilItIsStopped(t *testing.T) {
	t.Parallel()
	r := run(t, "--customers", "3", "--subscriptions", "5", "--seed", "9", "--latency", "1ms", "--today", "2026-03-05")
	c := &client{t: t, base: r.base, http: &http.Client{}}
	c.token = c.signIn("sandbox-app", "sandbox-secret")
	if a := c.get("/api/v1/subscriptions?pageNo=1&pageSize=9").want(200); a.str("data", "total") != "5" {
		t.Errorf("answered %s", a.raw)
	}
	if a := c.admin("GET", "behaviour", ""); a.str("latency_ms") != "1" {
		t.Errorf("behaviour is %s", a.raw)
	}
	c.http.CloseIdleConnections()
	r.stop()
	r.ended(t)
}

func TestStoppingEndsAHangingAnswer(t *testing.T) {
	t.Parallel()
	r := run(t, "--customers", "1", "--subscriptions", "0")
	c := &client{t: t, base: r.base, http: &http.Client{}}
	c.admin("POST", "faults", `{"kind":"hang","path":"/nowhere"}`)
	hung := make(chan reply, 1)
	go func() { hung <- c.get("/nowhere") }()
	for !strings.Contains(string(c.admin("GET", "faults", "").raw), `"hits":1`) { // until the request has arrived
		if t.Context().Err() != nil {
			t.Fatal("the request never arrived")
		}
	}
	r.stop()
	r.ended(t)
	if a := <-hung; a.err == nil {
		t.Errorf("the hanging request got %s", a.raw)
	}
}

func TestRunRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--nonsense"}, {"extra"}, {"--today", "soon"}, {"--addr", "256.0.0.1:1"}} {
		if err := Run(t.Context(), args, io.Discard); err == nil {
			t.Errorf("%v was taken", args)
		}
	}
	if err := Run(t.Context(), []string{"--help"}, io.Discard); err != nil {
		t.Errorf("--help ended with %v", err)
	}
}
