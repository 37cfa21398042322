package sandbox

import (
	"context"
	"net"
	"net/http"
)

// slow waits, then answers as ever.
func (x spoiled) slow() {
	if wait(x.r.Context(), x.millis(5000)) {
		x.next.ServeHTTP(x.w, x.r)
	}
}

// hang says nothing at all, then drops the connection.
func (x spoiled) hang() {
	wait(x.r.Context(), x.millis(60_000))
	x.drop(false)
}

// drip sends the header at once and then one byte at a time.
func (x spoiled) drip() {
	a := x.answer()
	x.head(a, len(a.body))
	flush := http.NewResponseController(x.w)
	for i := range a.body {
		if !wait(x.r.Context(), x.millis(1000)) {
			return
		}
		if _, err := x.w.Write(a.body[i : i+1]); err != nil {
			return
		}
		if flush.Flush() != nil {
			return
		}
	}
}

// reset breaks the connection before any answer.
func (x spoiled) reset() { x.drop(true) }

// cut sends the first part as if it were all: the length is right, the JSON is not.
func (x spoiled) cut() {
	a := x.answer()
	a.body = x.part(a.body)
	x.send(a)
}

// short promises the whole length and sends a part.
func (x spoiled) short() { x.breakOff(false) }

// resetMidway sends a part, then breaks the connection.
func (x spoiled) resetMidway() { x.breakOff(true) }

func (x spoiled) breakOff(reset bool) {
	a := x.answer()
	x.head(a, len(a.body))
	if _, err := x.w.Write(x.part(a.body)); err != nil {
		return
	}
	if http.NewResponseController(x.w).Flush() == nil {
		x.drop(reset)
	}
}

// part is the beginning of a body: so many bytes, or half.
func (x spoiled) part(body []byte) []byte {
	return body[:min(orNumber(x.Bytes, len(body)/2), len(body))]
}

// drop closes the connection under the answer, with a TCP reset if asked.
func (x spoiled) drop(reset bool) {
	conn, _, err := http.NewResponseController(x.w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok && reset {
		_ = tcp.SetLinger(0) // without it the close is merely polite
	}
	_ = conn.Close() // it is meant to break
}

// repeatPage answers page 1 whatever page is asked for.
func (x spoiled) repeatPage() {
	q := x.r.URL.Query()
	if q.Has("pageNo") {
		q.Set("pageNo", "1")
	}
	again := x.r.Clone(x.r.Context())
	again.URL.RawQuery = q.Encode()
	x.next.ServeHTTP(x.w, again)
}

// pageShift moves every page but the first: 1 as if a row in front had gone
// meanwhile (one is missed), -1 as if one had come (one comes twice).
func (x spoiled) pageShift() {
	if no := x.r.URL.Query().Get("pageNo"); no == "" || no == "1" {
		x.next.ServeHTTP(x.w, x.r)
		return
	}
	ctx := context.WithValue(x.r.Context(), shiftKey{}, orNumber(x.Count, 1))
	x.next.ServeHTTP(x.w, x.r.WithContext(ctx))
}

// stale answers each address as it was when the fault first saw it.
func (x spoiled) stale() {
	key := x.r.Method + " " + x.r.URL.String() + " " + string(exchangeOf(x.r).body)
	list := &x.server.faultList
	list.mu.Lock()
	old, ok := x.kept[key]
	list.mu.Unlock()
	if !ok {
		old = x.answer()
		list.mu.Lock()
		x.kept[key] = old
		list.mu.Unlock()
	}
	x.send(old)
}
