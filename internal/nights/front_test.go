package nights

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// farName is what the distributor is called on the net; it resolves to this machine.
const farName = "far.example"

// way is how the distributor is reached at the moment.
type way string

const (
	open       way = ""
	noName     way = "the name does not resolve"
	refused    way = "connections are refused"
	silent     way = "connections are taken, and nothing is said"
	brokenOff  way = "connections are reset"
	selfSigned way = "a certificate that nobody vouches for"
	expired    way = "a certificate that has ended"
	wrongHost  way = "a certificate for another name"
	oldTLS     way = "TLS 1.0"
	plainText  way = "no TLS at all"
)

// front stands before the distributor: name, port and TLS. The way to it can be spoiled.
type front struct {
	t       testing.TB
	handler http.Handler
	certs   map[way]tls.Certificate
	roots   *x509.CertPool
	addr    string
	names   net.PacketConn

	mu    sync.Mutex
	way   way
	l     net.Listener
	conns map[net.Conn]bool
}

func newFront(t testing.TB, h http.Handler) *front {
	t.Helper()
	f := &front{t: t, handler: h, conns: map[net.Conn]bool{}}
	f.makeCerts()
	var err error
	if f.names, err = net.ListenPacket("udp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	go f.answerNames()
	f.listen("127.0.0.1:0")
	t.Cleanup(func() {
		f.set(refused)
		f.names.Close()
	})
	return f
}

func (f *front) url() string {
	_, port, _ := net.SplitHostPort(f.addr)
	return "https://" + farName + ":" + port
}

// set spoils the way, or opens it again. Connections that stand are broken off.
func (f *front) set(w way) {
	f.mu.Lock()
	before := f.way
	f.way = w
	for c := range f.conns {
		if tcp, ok := c.(*net.TCPConn); ok && w == brokenOff {
			_ = tcp.SetLinger(0)
		}
		c.Close()
	}
	clear(f.conns)
	if w == refused {
		f.l.Close()
	}
	f.mu.Unlock()
	if before == refused && w != refused {
		f.listen(f.addr)
	}
}

func (f *front) now() way {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.way
}

func (f *front) listen(addr string) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		f.t.Fatal(err)
	}
	f.mu.Lock()
	f.l, f.addr = l, l.Addr().String()
	f.mu.Unlock()
	inside := &handed{conns: make(chan net.Conn), closed: make(chan struct{}), addr: l.Addr()}
	server := &http.Server{Handler: f.handler, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(inside) }()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				server.Close()
				return
			}
			go f.take(c, inside)
		}
	}()
}

// take hands a connection to the server, as the way is now.
func (f *front) take(c net.Conn, to *handed) {
	f.mu.Lock()
	w := f.way
	f.conns[c] = true
	f.mu.Unlock()
	switch w {
	case silent:
		return // it stays open until the way is set anew
	case brokenOff:
		_ = c.(*net.TCPConn).SetLinger(0)
		c.Close()
		return
	case plainText:
		to.hand(c)
		return
	}
	config := &tls.Config{Certificates: []tls.Certificate{f.cert(w)}, MinVersion: tls.VersionTLS10}
	if w == oldTLS {
		config.MaxVersion = tls.VersionTLS10
	}
	secured := tls.Server(c, config)
	if secured.Handshake() != nil {
		c.Close()
		return
	}
	to.hand(secured)
}

func (f *front) cert(w way) tls.Certificate {
	if c, ok := f.certs[w]; ok {
		return c
	}
	return f.certs[open]
}

// handed is a listener of connections that somebody else has taken.
type handed struct {
	conns  chan net.Conn
	closed chan struct{}
	addr   net.Addr
	once   sync.Once
}

func (h *handed) hand(c net.Conn) {
	select {
	case h.conns <- c:
	case <-h.closed:
		c.Close()
	}
}

func (h *handed) Accept() (net.Conn, error) {
	select {
	case c := <-h.conns:
		return c, nil
	case <-h.closed:
		return nil, net.ErrClosed
	}
}

func (h *handed) Close() error   { h.once.Do(func() { close(h.closed) }); return nil }
func (h *handed) Addr() net.Addr { return h.addr }

func (f *front) makeCerts() {
	now := time.Now()
	from, to := now.AddDate(0, 0, -30), now.AddDate(30, 0, 0)
	ca := f.certificate(x509.Certificate{Subject: pkix.Name{CommonName: "Test CA"}, NotBefore: from, NotAfter: to,
		IsCA: true, KeyUsage: x509.KeyUsageCertSign}, nil)
	f.roots = x509.NewCertPool()
	f.roots.AddCert(ca.Leaf)
	leaf := func(name string, to time.Time) x509.Certificate {
		return x509.Certificate{Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, NotBefore: from,
			NotAfter: to,
			KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	}
	f.certs = map[way]tls.Certificate{
		open:       f.certificate(leaf(farName, to), &ca),
		selfSigned: f.certificate(leaf(farName, to), nil),
		expired:    f.certificate(leaf(farName, now.AddDate(0, 0, -1)), &ca),
		wrongHost:  f.certificate(leaf("other.example", to), &ca),
	}
}

func (f *front) certificate(template x509.Certificate, parent *tls.Certificate) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.t.Fatal(err)
	}
	template.SerialNumber = big.NewInt(1)
	template.BasicConstraintsValid = true
	signer, signKey := &template, any(key)
	if parent != nil {
		signer, signKey = parent.Leaf, parent.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, signer, &key.PublicKey, signKey)
	if err != nil {
		f.t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		f.t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// resolver asks the front's own name server.
func (f *front) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", f.names.LocalAddr().String())
	}}
}

func (f *front) answerNames() {
	buf := make([]byte, 1500)
	for {
		n, from, err := f.names.ReadFrom(buf)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(buf[:n]) != nil || len(m.Questions) == 0 {
			continue
		}
		m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
		if f.now() == noName {
			m.RCode = dnsmessage.RCodeNameError
		} else if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
			m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class},
				Body: &dnsmessage.AResource{A: netip.MustParseAddr("127.0.0.1").As4()}}}
		}
		if out, err := m.Pack(); err == nil {
			_, _ = f.names.WriteTo(out, from)
		}
	}
}
