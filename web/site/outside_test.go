package site_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/webtest"
	"seatledger/web/httpx"
	"seatledger/web/site"
)

// serve starts the site as it is served for real, with its limits, and gives its address.
func serve(t *testing.T, s *webtest.Site, base string) string {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if base == "" {
		base = "http://" + l.Addr().String()
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = site.Serve(ctx, l, site.Handler(s.App, site.Options{BaseURL: base, Version: "test"}),
			slog.New(slog.DiscardHandler))
	}()
	t.Cleanup(func() { stop(); <-done })
	return l.Addr().String()
}

// TestBehindATLSProxyEverythingIsForHTTPSAlone puts a proxy with TLS in front, as the handbook says, and looks at what
// a browser gets through it: cookies, HSTS, whose address is believed, and a stream.
func TestBehindATLSProxyEverythingIsForHTTPSAlone(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{Env: map[string]string{"TRUSTED_PROXIES": "127.0.0.1"}})
	s.SignIn(auth.Admin)
	proxy := &httputil.ReverseProxy{FlushInterval: -1}
	front := httptest.NewTLSServer(proxy)
	t.Cleanup(front.Close)
	to := &url.URL{Scheme: "http", Host: serve(t, s, front.URL)}
	proxy.Rewrite = func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Host = r.In.Host
		r.Out.Header.Del("X-Forwarded-Proto") // the handbook asks for Host and X-Forwarded-For alone
		said := r.In.Header.Get("X-Forwarded-For")
		r.Out.Header.Set("X-Forwarded-For", strings.TrimPrefix(said+", 198.51.100.7", ", "))
	}
	jar, _ := cookiejar.New(nil)
	c := front.Client()
	c.Jar = jar
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	in := send(t, c, front.URL+"/login", url.Values{"email": {"admin@reseller.example"},
		"password": {webtest.Password}})
	if in.StatusCode != http.StatusSeeOther {
		t.Fatalf("sign in: %d", in.StatusCode)
	}
	theme := send(t, c, front.URL+httpx.ThemePath, url.Values{"theme": {"dark"}, "next": {"/"}})
	set := append(in.Cookies(), theme.Cookies()...)
	if len(set) != 2 {
		t.Fatalf("cookies %v", set)
	}
	for _, k := range set {
		if !strings.HasPrefix(k.Name, "__Host-seatledger") || !k.Secure || !k.HttpOnly || k.Path != "/" ||
			k.Domain != "" || k.SameSite != http.SameSiteLaxMode {
			t.Errorf("over https: %s", k)
		}
	}
	for _, path := range []string{"/", "/nowhere", "/healthz", "/providers.csv", "/providers/"} {
		a := send(t, c, front.URL+path, nil)
		if h := a.Header.Get("Strict-Transport-Security"); h != "max-age=31536000; includeSubDomains" {
			t.Errorf("%s: %d, HSTS %q", path, a.StatusCode, h)
		}
	}
	var addresses string
	if err := s.DB.Owner().QueryRow(t.Context(), `SELECT string_agg(DISTINCT address, ' ') FROM sessions
		WHERE address <> '127.0.0.1'`).Scan(&addresses); err != nil || addresses != "198.51.100.7" {
		t.Errorf("the session is of %q, want the proxy's client and nothing that the client says: %v", addresses, err)
	}
	if a := send(t, c, front.URL+"/login", nil); a.StatusCode != http.StatusSeeOther {
		t.Errorf("the session does not hold: %d", a.StatusCode)
	}
}

// send sends as a browser on a page of ours does, and claims to come from somewhere else.
func send(t *testing.T, c *http.Client, to string, form url.Values) *http.Response {
	t.Helper()
	method, body := http.MethodGet, ""
	if form != nil {
		method, body = http.MethodPost, form.Encode()
	}
	r, err := http.NewRequestWithContext(t.Context(), method, to, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Forwarded-For", "203.0.113.66")
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res
}

// TestAForgedForwardedAddressIsNotBelieved claims an address without a proxy that was named.
func TestAForgedForwardedAddressIsNotBelieved(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	c := s.SignIn(auth.Admin)
	r := c.Request(http.MethodPost, "/login", url.Values{"email": {"admin@reseller.example"}, "password": {"wrong one"}})
	for _, h := range []string{"X-Forwarded-For", "X-Real-Ip", "Forwarded", "X-Client-Ip"} {
		r.Header.Set(h, "203.0.113.66")
	}
	c.Send(r)
	if dump := s.Dump(); strings.Contains(dump, "203.0.113.66") {
		t.Error("an address that the client made up is stored")
	}
}

// raw sends bytes and gives the first line of each answer until the connection ends.
func raw(t *testing.T, addr, text string) []string {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	go func() { _, _ = io.WriteString(conn, text) }()
	var out []string
	in := bufio.NewReader(conn)
	for {
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			return out
		}
		_, _ = io.Copy(io.Discard, res.Body)
		out = append(out, fmt.Sprint(res.StatusCode))
		if res.Close {
			return out
		}
	}
}

// TestWhereAMessageEndsIsNeverInDoubt sends what makes two servers in a row disagree, and floods of headers.
func TestWhereAMessageEndsIsNeverInDoubt(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	s.SignIn(auth.Admin)
	addr := serve(t, s, "")
	head := "POST /theme HTTP/1.1\r\nHost: " + addr + "\r\nContent-Type: application/x-www-form-urlencoded\r\n"
	last := "GET /healthz HTTP/1.1\r\nHost: " + addr + "\r\nConnection: close\r\n\r\n"
	for name, c := range map[string]struct{ text, want string }{
		"two lengths": {head + "Content-Length: 5\r\nContent-Length: 6\r\n\r\na=b&c=" + last, "400"},
		// The length is ignored where there are chunks: what follows them is the next request.
		"length and chunks": {head + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n5\r\na=b&c\r\n0\r\n\r\n" +
			last, "303 200"},
		"unknown coding":       {head + "Transfer-Encoding: xchunked\r\n\r\n" + last, "501"},
		"coding twice":         {head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + last, "501"},
		"blank before colon":   {head + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + last, "400"},
		"sign before length":   {head + "Content-Length: +5\r\n\r\na=b&c" + last, "400"},
		"bare line feed chunk": {head + "Transfer-Encoding: chunked\r\n\r\n5;\n\r\na=b&c\r\n0\r\n\r\n", "400"},
		"no host":              {"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", "400"},
		"two hosts":            {"GET / HTTP/1.1\r\nHost: " + addr + "\r\nHost: evil.example\r\nConnection: close\r\n\r\n", "400"},
		"another address":      {"GET http://evil.example/ HTTP/1.1\r\nHost: " + addr + "\r\nConnection: close\r\n\r\n", "421"},
		"a long header":        {"GET / HTTP/1.1\r\nHost: " + addr + "\r\nX-A: " + strings.Repeat("a", 100_000) + "\r\n\r\n", "431"},
		"a flood of headers": {"GET / HTTP/1.1\r\nHost: " + addr + "\r\n" +
			strings.Repeat("X-A: aaaaaaaa\r\n", 10_000) + "\r\n", "431"},
		"TRACE":      {"TRACE / HTTP/1.1\r\nHost: " + addr + "\r\nConnection: close\r\n\r\n", "401"}, // as any address
		"a folder":   {"GET /static/js/ HTTP/1.1\r\nHost: " + addr + "\r\nConnection: close\r\n\r\n", "404"},
		"its source": {"GET /static/../.git/config HTTP/1.1\r\nHost: " + addr + "\r\nConnection: close\r\n\r\n", "404"},
	} {
		if got := strings.Join(raw(t, addr, c.text), " "); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// endless is a body without an end, and counts what was taken of it.
type endless struct{ taken atomic.Int64 }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	e.taken.Add(int64(len(p)))
	return len(p), nil
}

// TestABodyWithoutAnEndIsRefused sends one to forms, uploads, pages and what is not there; the site takes no more of it
// than its limit and what lies in buffers on the way, and answers others.
func TestABodyWithoutAnEndIsRefused(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	c := s.SignIn(auth.Admin)
	const form, file, way = httpx.FormLimit, httpx.UploadLimit + httpx.FormLimit, 16 << 20
	for _, b := range []struct {
		method, path, kind string
		most               int64
	}{
		{http.MethodPost, "/price-lists", "application/x-www-form-urlencoded", form + way},
		{http.MethodPost, "/login", "application/x-www-form-urlencoded", form + way},
		{http.MethodPost, "/price-lists", "multipart/form-data; boundary=x", form + way},
		{http.MethodPost, "/crm-accounts/import", "multipart/form-data; boundary=x", file + way},
		{http.MethodPost, "/nowhere", "application/x-www-form-urlencoded", way},
		{http.MethodGet, "/providers", "text/plain", way},
	} {
		body := &endless{}
		var sent io.Reader = body
		if strings.HasPrefix(b.kind, "multipart") {
			sent = io.MultiReader(strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"file\"; "+
				"filename=\"a.csv\"\r\n\r\n"), body)
		}
		r := c.Request(b.method, b.path, nil)
		r.Body, r.ContentLength = io.NopCloser(sent), -1
		r.Header.Set("Content-Type", b.kind)
		// The connection may be cut while we still send; then there is no answer to look at.
		if res, err := (&http.Transport{}).RoundTrip(withCookies(c, r)); err == nil {
			res.Body.Close()
			if b.method == http.MethodPost && res.StatusCode < 400 {
				t.Errorf("%s %s: %d", b.method, b.path, res.StatusCode)
			}
		}
		if n := body.taken.Load(); n > b.most {
			t.Errorf("%s %s took %d bytes of a body without an end", b.method, b.path, n)
		}
	}
	c.Get("/providers")
}

func withCookies(c *webtest.Client, r *http.Request) *http.Request {
	for _, k := range c.Cookies() {
		r.AddCookie(k)
	}
	return r
}

// TestASessionEndsAfterAWeekHoweverMuchItIsUsed uses one from hour to hour until it ends.
func TestASessionEndsAfterAWeekHoweverMuchItIsUsed(t *testing.T) {
	t.Parallel()
	begun := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	s := webtest.Start(t, webtest.Options{At: begun})
	c := s.SignIn(auth.Viewer)
	for h := auth.IdleLimit - time.Hour; h < auth.AbsoluteLimit; h += auth.IdleLimit - time.Hour {
		s.Clock.Put(begun.Add(h))
		c.Look("/accounts").Want(http.StatusOK)
	}
	s.Clock.Put(begun.Add(auth.AbsoluteLimit + time.Minute))
	if p := c.Send(c.Request(http.MethodGet, "/accounts", nil)); p.Status != http.StatusSeeOther ||
		!strings.HasPrefix(p.Location(), "/login") {
		t.Errorf("after a week in use: %d to %s", p.Status, p.Location())
	}
	s.Clock.Put(begun.AddDate(2, 0, 0)) // a password does not grow old
	s.Clock.Put(begun.AddDate(2, 0, 0).Add(auth.IdleLimit + time.Minute))
	if p := c.Send(c.Request(http.MethodPost, "/notices/read", url.Values{})); p.Status != http.StatusUnauthorized {
		t.Errorf("after a night without a request: %d", p.Status)
	}
}

// TestWhatIsSentTwiceCountsOnce repeats parameters in the body, in the address and across both.
func TestWhatIsSentTwiceCountsOnce(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	c := s.SignIn(auth.Admin)
	sent := url.Values{"name": {"First", "Second"}, "currency": {"USD", "EUR"}}
	c.Post("/price-lists?name=Address&currency=JPY&version=9", sent).Want(http.StatusSeeOther)
	if r := c.Get("/price-lists.csv").Records(); len(r) != 1 || r[0]["name"] != "First" || r[0]["currency"] != "USD" {
		t.Errorf("%v", r)
	}
	c.Post("/settings/users?role=admin", url.Values{"name": {"Bob"}, "email": {"bob@reseller.example"},
		"role": {"viewer", "admin"}, "password": {"a fine sentence"}}).Want(http.StatusSeeOther)
	if c.Get("/settings/users").Doc().Find(`main tr:contains("bob@") :contains("Administrator")`).Length() > 0 {
		t.Error("the second role counted")
	}
	one, two := c.Look("/accounts.csv?state=mapped"), c.Look("/accounts.csv?state=mapped&state=unmapped&state=odd")
	if two.Status != http.StatusUnprocessableEntity && string(one.Body) != string(two.Body) {
		t.Errorf("a filter twice: %d, and other rows than the first alone", two.Status)
	}
}
