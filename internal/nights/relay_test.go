package nights

import (
	"net"
	"net/url"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"seatledger/internal/testkit/pgtest"
)

// relay is the network between one machine and the database. Cut off, it passes no
// byte and closes nothing, as when a cable is pulled.
type relay struct {
	l    net.Listener
	dial func() (net.Conn, error)

	mu   sync.Mutex
	cond *sync.Cond
	cut  bool
	all  []net.Conn
}

func newRelay(t testing.TB, db *pgtest.DB) *relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cfg := db.AppConfig().ConnConfig
	network, address := pgconn.NetworkAddress(cfg.Host, cfg.Port)
	r := &relay{l: l, dial: func() (net.Conn, error) { return net.Dial(network, address) }}
	r.cond = sync.NewCond(&r.mu)
	go r.serve()
	t.Cleanup(r.close)
	return r
}

// url is the database through the relay, for a program that a test starts.
func (r *relay) url(t testing.TB, appURL string) string {
	t.Helper()
	u, err := url.Parse(appURL)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	for _, name := range []string{"host", "port"} {
		q.Del(name)
	}
	q.Set("sslmode", "disable")
	u.RawQuery, u.Host = q.Encode(), r.l.Addr().String()
	return u.String()
}

func (r *relay) serve() {
	for {
		c, err := r.l.Accept()
		if err != nil {
			return
		}
		db, err := r.dial()
		if err != nil {
			c.Close()
			continue
		}
		r.mu.Lock()
		r.all = append(r.all, c, db)
		r.mu.Unlock()
		go r.pass(c, db)
		go r.pass(db, c)
	}
}

func (r *relay) pass(from, to net.Conn) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		r.mu.Lock()
		for r.cut {
			r.cond.Wait()
		}
		r.mu.Unlock()
		if n > 0 {
			if _, werr := to.Write(buf[:n]); werr != nil {
				err = werr
			}
		}
		if err != nil {
			to.Close()
			return
		}
	}
}

// cutOff stops passing bytes; mend goes on with what waits.
func (r *relay) cutOff() { r.set(true) }
func (r *relay) mend()   { r.set(false) }

func (r *relay) set(cut bool) {
	r.mu.Lock()
	r.cut = cut
	r.mu.Unlock()
	r.cond.Broadcast()
}

func (r *relay) close() {
	r.l.Close()
	r.mend()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.all {
		c.Close()
	}
}
