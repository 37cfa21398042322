package obs_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"seatledger/internal/obs"
)

// collector is a machine that takes logs, with the roots by which it is believed.
type collector struct {
	net.Listener
	roots string
	got   chan string
}

func newCollector(t *testing.T) collector {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	cert := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: from, NotAfter: from.AddDate(80, 0, 0),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	c := collector{roots: filepath.Join(t.TempDir(), "roots.pem"), got: make(chan string, 100)}
	if err := os.WriteFile(c.roots, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		0o600); err != nil {
		t.Fatal(err)
	}
	c.Listener, err = tls.Listen("tcp", "127.0.0.1:0", &tls.Config{MinVersion: tls.VersionTLS12,
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// take reads frames of one connection (RFC 5425: length, blank, message), as many as are asked for.
func (c collector) take(n int) {
	conn, err := c.Accept()
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	for range n {
		var size int
		if _, err := fmt.Fscanf(in, "%d ", &size); err != nil {
			return
		}
		text := make([]byte, size)
		if _, err := io.ReadFull(in, text); err != nil {
			return
		}
		c.got <- string(text)
	}
}

func TestTheLogGoesToAnotherMachineOverTLS(t *testing.T) {
	t.Parallel()
	c := newCollector(t)
	ctx, end := context.WithCancel(t.Context())
	s, err := obs.NewShipper(ctx, "syslog+tls://"+c.Addr().String(), c.roots)
	if err != nil {
		t.Fatal(err)
	}
	log := obs.NewLogger(s, "text", slog.LevelInfo)
	log.InfoContext(ctx, "first\nline", "name", "Ada é")
	log.WarnContext(ctx, "second")
	go c.take(2)
	form := regexp.MustCompile(`^<134>1 - \S+ seatledger \d+ - - time=`)
	for _, want := range []string{`msg="first\nline" name="Ada é"`, "level=WARN msg=second"} {
		if got := <-c.got; !form.MatchString(got) || !strings.Contains(got, want) || strings.Contains(got, "\n") {
			t.Errorf("came %q, want %q in it", got, want)
		}
	}
	// The other side went away and comes back: a new connection is made.
	go c.take(1)
	go func() {
		for s.Send(ctx, "third") == nil {
			continue
		}
	}()
	if got := <-c.got; !strings.Contains(got, "third") {
		t.Errorf("came %q", got)
	}
	end()
	_ = c.Close()
	s.Ended()
}

// A machine that does not prove who it is hears nothing.
func TestTheLogIsSentToNobodyElse(t *testing.T) {
	t.Parallel()
	c := newCollector(t)
	other := newCollector(t)
	ctx, end := context.WithCancel(t.Context())
	s, err := obs.NewShipper(ctx, "syslog+tls://"+c.Addr().String(), other.roots)
	if err != nil {
		t.Fatal(err)
	}
	heard := make(chan int, 1)
	go func() {
		conn, err := c.Accept()
		if err != nil {
			heard <- 0
			return
		}
		n, _ := io.Copy(io.Discard, conn)
		heard <- int(n)
	}()
	asked, done := context.WithTimeout(ctx, time.Second)
	defer done()
	if err := s.Send(asked, "secret matter"); err == nil {
		t.Error("it was sent")
	}
	if n := <-heard; n != 0 {
		t.Errorf("%d bytes were heard", n)
	}
	end()
	s.Ended()
	for _, address := range []string{"", "logs.example:6514", "syslog://logs.example:6514",
		"syslog+tls://logs.example",
		"syslog+tls://u:p@logs.example:6514", "syslog+tls://logs.example:6514/x", "https://logs.example:6514"} {
		if _, err := obs.NewShipper(ctx, address, ""); err == nil {
			t.Errorf("%q is taken", address)
		}
	}
}

// A log that cannot be sent holds nothing up, and says how much was lost.
func TestALogThatFindsNoRoomIsCounted(t *testing.T) {
	t.Parallel()
	c := newCollector(t)
	ctx, end := context.WithCancel(t.Context())
	s, err := obs.NewShipper(ctx, "syslog+tls://"+c.Addr().String(), c.roots)
	if err != nil {
		t.Fatal(err)
	}
	for range 6000 { // nobody takes them yet
		if _, err := io.WriteString(s, "line\n"); err != nil {
			t.Fatal(err)
		}
	}
	go c.take(3)
	lost := false
	for range 3 {
		lost = strings.Contains(<-c.got, "found no room") || lost
	}
	if !lost {
		t.Error("nobody is told that lines were lost")
	}
	end()
	_ = c.Close()
	s.Ended()
}
