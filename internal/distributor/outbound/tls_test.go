package outbound

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
)

// certificate makes one for a name, signed by parent or by itself.
func certificate(t *testing.T, template x509.Certificate, parent *tls.Certificate) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template.SerialNumber = big.NewInt(1)
	template.BasicConstraintsValid = true
	signer, signKey := &template, any(key)
	if parent != nil {
		signer, signKey = parent.Leaf, parent.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, signer, &key.PublicKey, signKey)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func leafFor(name string, from, to time.Time) x509.Certificate {
	return x509.Certificate{Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, NotBefore: from,
		NotAfter: to,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
}

func secureServer(t *testing.T, config *tls.Config) (port string) {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_,
			_ = w.Write([]byte("ok"))
	}))
	s.TLS = config
	s.Config.ErrorLog = nil
	s.StartTLS()
	t.Cleanup(s.Close)
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func TestTLSFaultsAreRefusedEachWithItsOwnMessage(t *testing.T) {
	t.Parallel()
	now := clock.System{}.Now()
	yesterday, tomorrow := now.AddDate(0, 0, -1), now.AddDate(0, 0, 1)
	ca := certificate(t, x509.Certificate{Subject: pkix.Name{CommonName: "Test CA"}, NotBefore: yesterday,
		NotAfter: tomorrow, IsCA: true, KeyUsage: x509.KeyUsageCertSign}, nil)
	other := certificate(t, x509.Certificate{Subject: pkix.Name{CommonName: "Other CA"}, NotBefore: yesterday,
		NotAfter: tomorrow, IsCA: true, KeyUsage: x509.KeyUsageCertSign}, nil)
	roots := x509.NewCertPool()
	roots.AddCert(ca.Leaf)
	good := certificate(t, leafFor("api.example", yesterday, tomorrow), &ca)
	c := client(t, Options{Allow: loopback(t), RootCAs: roots, Resolver: nameServer(t, "127.0.0.1")})

	for name, test := range map[string]struct {
		config *tls.Config
		want   string
	}{
		"expired": {&tls.Config{Certificates: []tls.Certificate{certificate(t,
			leafFor("api.example", now.AddDate(0, -2, 0), now.AddDate(0, -1, 0)), &ca)}}, "not valid today"},
		"wrong host": {&tls.Config{Certificates: []tls.Certificate{certificate(t,
			leafFor("elsewhere.example", yesterday, tomorrow), &ca)}}, "another name than api.example"},
		"self-signed": {&tls.Config{Certificates: []tls.Certificate{certificate(t,
			leafFor("api.example", yesterday, tomorrow), nil)}}, "self-signed"},
		"unknown CA": {&tls.Config{Certificates: []tls.Certificate{certificate(t,
			leafFor("api.example", yesterday, tomorrow), &other)}}, "authority"},
		"old protocol": {&tls.Config{Certificates: []tls.Certificate{good}, MinVersion: tls.VersionTLS10,
			MaxVersion: tls.VersionTLS11}, "outdated version of TLS"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := "https://api.example:" + secureServer(t, test.config) + "/"
			_, err := get(t, c, url)
			wantKind(t, err, distributor.TLSFailed, test.want)
			_, err = c.Handshake(t.Context(), url)
			wantKind(t, err, distributor.TLSFailed, test.want)
		})
	}
	t.Run("good", func(t *testing.T) {
		t.Parallel()
		url := "https://api.example:" + secureServer(t, &tls.Config{Certificates: []tls.Certificate{good}}) + "/"
		if a, err := get(t, c, url); err != nil || string(a.Body) != "ok" {
			t.Errorf("%v", err)
		}
		said, err := c.Handshake(t.Context(), url)
		if err != nil || !strings.Contains(said, "TLS 1.3") {
			t.Errorf("%q %v", said, err)
		}
	})
	t.Run("no TLS at all", func(t *testing.T) {
		t.Parallel()
		port, _ := canary(t, false)
		_, err := get(t, c, "https://api.example:"+port+"/")
		wantKind(t, err, distributor.TLSFailed, "does not speak TLS")
	})
}
