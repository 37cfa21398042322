package obs

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

// Shipper sends lines of the log to a machine of its own, as syslog over TLS (RFC 5425 and 5424), so that who takes
// this machine cannot take back what it said. Lines wait while the other side is away, as many as there is room for;
// what finds no room is counted, and the count is sent.
type Shipper struct {
	to      string
	config  *tls.Config
	begin   string // of each line: who says it
	queue   chan parcel
	dropped atomic.Int64
	done    chan struct{}
}

type parcel struct {
	line string
	gone chan error // told when it was written; nil: nobody waits
}

const (
	shipScheme = "syslog+tls"
	shipRoom   = 4096
	shipDial   = 10 * time.Second
	shipWrite  = 10 * time.Second
	shipPause  = 5 * time.Second // between tries to reach the other side
	localInfo  = 16<<3 | 6       // facility local0, severity informational
	longest    = 64 << 10        // of one line; more is cut
)

// NewShipper reads where to send, as syslog+tls://logs.reseller.example:6514, and whom to believe: a PEM file of
// roots, or those of the system where ca is empty. It reaches the other side by itself, now and whenever it is away.
// It ends, once what waits was sent as far as the other side is there, when ctx does.
func NewShipper(ctx context.Context, address, ca string) (*Shipper, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != shipScheme || u.Hostname() == "" || u.Port() == "" || u.User != nil ||
		strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return nil, errors.New("is not an address as " + shipScheme + "://logs.reseller.example:6514")
	}
	s := &Shipper{to: u.Host, config: &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12},
		queue: make(chan parcel, shipRoom), done: make(chan struct{})}
	if ca != "" {
		pem, err := os.ReadFile(ca)
		if err != nil {
			return nil, fmt.Errorf("its roots cannot be read: %w", err)
		}
		s.config.RootCAs = x509.NewCertPool()
		if !s.config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("its roots: there is no certificate in %s", ca)
		}
	}
	host, err := os.Hostname()
	if err != nil || strings.ContainsAny(host, " \t\n") || host == "" {
		host = "-"
	}
	s.begin = fmt.Sprintf("<%d>1 - %s seatledger %d - - ", localInfo, host, os.Getpid())
	go s.run(ctx)
	return s, nil
}

// Write takes a line of the log and never waits: a log must not hold up what it tells of.
func (s *Shipper) Write(line []byte) (int, error) {
	select {
	case s.queue <- parcel{line: string(line)}:
	default:
		s.dropped.Add(1)
	}
	return len(line), nil
}

// Send takes a line that must not be lost, and waits until it was written to the other side.
func (s *Shipper) Send(ctx context.Context, line string) error {
	p := parcel{line, make(chan error, 1)}
	select {
	case s.queue <- p:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-p.gone:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Ended waits until nothing is sent any more, after the end of its context.
func (s *Shipper) Ended() { <-s.done }

func (s *Shipper) run(ctx context.Context) {
	defer close(s.done)
	var conn net.Conn
	defer func() {
		if conn != nil {
			_ = conn.Close()
		}
	}()
	for {
		p, more := s.next(ctx)
		if !more {
			return
		}
		for {
			var err error
			if conn, err = s.write(ctx, conn, p.line); err == nil {
				p.tell(nil)
				break
			}
			if !wait(ctx) { // the end, and the other side is away
				p.tell(err)
				return
			}
		}
	}
}

func (p parcel) tell(err error) {
	if p.gone != nil {
		p.gone <- err
	}
}

// next is the next line; when all is closing and nothing waits any more, there is none.
func (s *Shipper) next(ctx context.Context) (parcel, bool) {
	if n := s.dropped.Swap(0); n > 0 {
		return parcel{line: fmt.Sprintf(`level=WARN msg="lines of the log found no room on their way here" lines=%d`,
			n)}, true
	}
	select {
	case p := <-s.queue:
		return p, true
	default:
	}
	select {
	case p := <-s.queue:
		return p, true
	case <-ctx.Done():
		return parcel{}, false
	}
}

func wait(ctx context.Context) bool {
	t := time.NewTimer(shipPause)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// write sends a line over the connection, or over a new one where there is none or the old one broke.
func (s *Shipper) write(ctx context.Context, conn net.Conn, line string) (net.Conn, error) {
	line = strings.TrimRight(line, "\r\n")
	if len(line) > longest {
		line = strings.ToValidUTF8(line[:longest], "")
	}
	text := s.begin + line
	if conn == nil {
		ctx, done := context.WithTimeout(context.WithoutCancel(ctx), shipDial) // what waits goes out at the end too
		defer done()
		var err error
		if conn, err = (&tls.Dialer{Config: s.config}).DialContext(ctx, "tcp", s.to); err != nil {
			return nil, err
		}
		go hang(conn)
	}
	late := time.AfterFunc(shipWrite, func() { _ = conn.Close() })
	defer late.Stop()
	if _, err := fmt.Fprintf(conn, "%d %s", len(text), text); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

// hang closes a connection that the other side closed, so that the next line is not written into nothing.
func hang(conn net.Conn) {
	_, _ = io.Copy(io.Discard, conn)
	_ = conn.Close()
}
