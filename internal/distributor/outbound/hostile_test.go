package outbound

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"seatledger/internal/distributor"
)

// hostile addresses; PORT is that of the canary.
var hostile = []string{
	"https://127.0.0.1:PORT/", "http://127.0.0.1:PORT/", "https://127.0.0.1/", "https://127.1:PORT/",
	"https://127.0.1:PORT/",
	"https://2130706433:PORT/", "http://2130706433:PORT/", "https://0x7f000001:PORT/", "https://0x7f.1:PORT/",
	"https://0x7f.0x0.0x0.0x1:PORT/",
	"https://0177.0.0.1:PORT/", "https://017700000001:PORT/", "https://127.0.0.01:PORT/",
	"https://127.000.000.001:PORT/", "https://0:PORT/",
	"https://0.0.0.0:PORT/", "https://127.255.255.254:PORT/", "https://127.0.0.1.:PORT/", "https://localhost:PORT/",
	"https://LOCALHOST:PORT/",
	"https://localhost.:PORT/", "https://localhost.localdomain:PORT/", "https://anything.example:PORT/",
	"http://anything.example:PORT/", "https://127.0.0.1.nip.example:PORT/",
	"https://[::1]:PORT/", "http://[::1]:PORT/", "https://[::]:PORT/", "https://[0:0:0:0:0:0:0:1]:PORT/",
	"https://[::ffff:127.0.0.1]:PORT/",
	"https://[::ffff:7f00:1]:PORT/", "https://[::127.0.0.1]:PORT/", "https://[64:ff9b::7f00:1]:PORT/",
	"https://[64:ff9b:1::7f00:1]:PORT/", "https://[2002:7f00:1::]:PORT/",
	"https://[::1%25lo]:PORT/", "https://[fe80::1%25lo]:PORT/", "https://[fc00::1]:PORT/",
	"https://[2001:0:7f00:1::]:PORT/", "https://[ff02::1]:PORT/",
	"https://user:pass@127.0.0.1:PORT/", "https://api.us.tdsynnex.com@127.0.0.1:PORT/",
	"https://127.0.0.1:PORT@api.us.tdsynnex.com/", "https://api.us.tdsynnex.com:443@localhost:PORT/",
	"https://127.0.0.1:PORT\\@api.us.tdsynnex.com/",
	"https://127。0。0。1:PORT/", "https://127．0．0．1:PORT/", "https://①②⑦.0.0.1:PORT/", "https://ⓛocalhost:PORT/",
	"https://local\u00adhost:PORT/",
	"https://localhost\u200b:PORT/", "https://127.0.0.1:PORT%00/", "https://127.0.0.1%20:PORT/",
	"https://127.0.0.1%2f:PORT/", "https://127.0.0.1:PORT#@api.us.tdsynnex.com/",
	"https://169.254.169.254/latest/meta-data/", "http://169.254.169.254/latest/meta-data/",
	"https://metadata.google.internal:PORT/", "https://10.0.0.1:PORT/", "https://172.16.0.1:PORT/",
	"https://192.168.0.1:PORT/", "https://100.64.0.1:PORT/", "https://198.18.0.1:PORT/", "https://224.0.0.1:PORT/",
	"https://255.255.255.255:PORT/",
	"ftp://127.0.0.1:PORT/", "file:///etc/passwd", "gopher://127.0.0.1:PORT/", "unix:///var/run/docker.sock",
	"javascript:alert(1)",
	"//127.0.0.1:PORT/", "https:127.0.0.1:PORT", "https:///127.0.0.1:PORT/", "https://", "", " https://127.0.0.1:PORT/",
	"https://127.0.0.1:PORT/\r\nHost: x", "https://127.0.0.1:0/", "https://127.0.0.1:99999/", "https://:PORT/",
}

func TestHostileAddressesNeverReachAnybody(t *testing.T) {
	t.Parallel()
	if len(hostile) < 60 {
		t.Fatalf("only %d addresses", len(hostile))
	}
	names := nameServer(t, "127.0.0.1") // every name leads home, as a hostile name server would have it
	for _, secured := range []bool{false, true} {
		port, reached := canary(t, secured)
		c := client(t, Options{Resolver: names})
		for _, raw := range hostile {
			url := strings.ReplaceAll(raw, "PORT", port)
			if _, err := get(t, c, url); err == nil {
				t.Errorf("%q was called", url)
			}
			if _, err := c.Handshake(t.Context(), url); err == nil {
				t.Errorf("%q was shaken hands with", url)
			}
		}
		if n := reached.Load(); n != 0 {
			t.Errorf("the canary was reached %d times", n)
		}
	}
}

func TestANameThatChangesItsMindNeverConnects(t *testing.T) {
	t.Parallel()
	port, reached := canary(t, true)
	c := client(t, Options{Resolver: nameServer(t, "93.184.215.14", "127.0.0.1")})
	url := "https://rebind.example/"

	addrs, err := c.Resolve(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Permitted(url, addrs); err != nil {
		t.Fatalf("the first answer is public: %v", err)
	}
	_, err = get(t, c, "https://rebind.example:"+port+"/")

	wantKind(t, err, distributor.AddressRefused, "127.0.0.1", "this machine itself")
	if reached.Load() != 0 {
		t.Error("the canary was reached")
	}
}

func TestARedirectIsNamedAndNotFollowed(t *testing.T) {
	t.Parallel()
	port, reached := canary(t, false)
	for _, code := range []int{301, 302, 303, 307, 308} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:"+port+"/?token=abc", code)
		}))
		t.Cleanup(s.Close)
		_, err := get(t, client(t, Options{Allow: loopback(t)}), s.URL)
		wantKind(t, err, distributor.Redirected, "127.0.0.1:"+port)
		if strings.Contains(err.Error(), "abc") {
			t.Error("the error repeats the query of the target")
		}
	}
	if reached.Load() != 0 {
		t.Error("the canary was reached")
	}
}

func TestPlainHTTPIsForExceptionsOnly(t *testing.T) {
	t.Parallel()
	c := client(t, Options{Resolver: nameServer(t, "93.184.215.14")})
	_, err := get(t, c, "http://api.example/")
	wantKind(t, err, distributor.NotHTTPS, "http://")

	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_,
			_ = w.Write([]byte("ok"))
	}))
	t.Cleanup(s.Close)
	a, err := get(t, client(t, Options{Allow: loopback(t)}), s.URL)
	if err != nil || string(a.Body) != "ok" {
		t.Errorf("%v %s", err, a.Body)
	}
}

func TestAnExceptionForOnePortOpensNoOther(t *testing.T) {
	t.Parallel()
	port, reached := canary(t, false)
	allow, err := ParseAllow("127.0.0.1/32:1, 10.0.0.0/8")
	if err != nil {
		t.Fatal(err)
	}
	_, err = get(t, client(t, Options{Allow: allow}), "http://127.0.0.1:"+port)
	wantKind(t, err, distributor.AddressRefused, "this machine itself")
	if reached.Load() != 0 {
		t.Error("the canary was reached")
	}
}

func TestPublicAddressesAreCalledOnOnePortOnly(t *testing.T) {
	t.Parallel()
	c := client(t, Options{Resolver: nameServer(t, "93.184.215.14")})
	_, err := get(t, c, "https://api.example:8443/")
	wantKind(t, err, distributor.AddressRefused, "Port 8443")
}

func TestTheEnvironmentsProxyIsNotUsed(t *testing.T) {
	port, reached := canary(t, false)
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:"+port)
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:"+port)
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(s.Close)
	_, sport, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c := client(t, Options{Allow: loopback(t), Resolver: nameServer(t, "127.0.0.1")})
	if _, err := get(t, c, "http://api.example:"+sport); err != nil {
		t.Fatal(err)
	}
	if reached.Load() != 0 {
		t.Error("the proxy was used")
	}
}
