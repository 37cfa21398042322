package webtest

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"
)

// Client is one browser: a cookie jar, and no JavaScript.
type Client struct {
	t    testing.TB
	base string
	http *http.Client
}

const patience = 60 * time.Second

// Browse is a browser at a site that the test has started by itself.
func Browse(t testing.TB, base string) *Client {
	t.Helper()
	return newClient(t, base)
}

func newClient(t testing.TB, base string) *Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatalf("webtest: %v", err)
	}
	return &Client{t: t, base: base, http: &http.Client{Jar: jar, Timeout: patience}}
}

// For is the same browser, failing another test; for subtests.
func (c *Client) For(t testing.TB) *Client {
	other := *c
	other.t = t
	return &other
}

// Get opens a page, following redirects, and fails the test unless it ends with 200.
func (c *Client) Get(path string) *Page {
	c.t.Helper()
	return c.open(path).want(http.StatusOK)
}

// Look opens a page, whatever its status; redirects are followed.
func (c *Client) Look(path string) *Page {
	c.t.Helper()
	return c.open(path)
}

// Drain reads a page to its end without looking at it, for who measures what the site does for it.
func (c *Client) Drain(path string) {
	c.t.Helper()
	resp, err := c.http.Do(c.Request(http.MethodGet, path, nil))
	if err != nil {
		c.t.Fatalf("webtest: %v", err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		c.t.Fatalf("webtest: %s: %s, %v", path, resp.Status, err)
	}
}

func (c *Client) open(path string) *Page {
	c.t.Helper()
	return c.send(c.http, c.Request(http.MethodGet, path, nil))
}

// Post sends values as a form, without looking at a page first, and gives the
// answer as it is: a redirect is not followed.
func (c *Client) Post(path string, values url.Values) *Page {
	c.t.Helper()
	return c.Send(c.Request(http.MethodPost, path, values))
}

// Request is a request as this browser makes it. Values become the body of a form.
func (c *Client) Request(method, path string, values url.Values) *http.Request {
	c.t.Helper()
	var body io.Reader
	if values != nil {
		body = strings.NewReader(values.Encode())
	}
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.resolve(path), body)
	if err != nil {
		c.t.Fatalf("webtest: %v", err)
	}
	r.Header.Set("Accept", "text/html,*/*;q=0.8")
	if values != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if method != http.MethodGet && method != http.MethodHead {
		r.Header.Set("Origin", c.base)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	return r
}

// Send sends a request with this browser's cookies; a redirect is not followed.
func (c *Client) Send(r *http.Request) *Page {
	c.t.Helper()
	still := *c.http
	still.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c.send(&still, r)
}

func (c *Client) send(h *http.Client, r *http.Request) *Page {
	c.t.Helper()
	resp, err := h.Do(r)
	if err != nil {
		c.t.Fatalf("webtest: %s %s: %v", r.Method, r.URL, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatalf("webtest: %s %s: %v", r.Method, r.URL, err)
	}
	return &Page{c: c, Method: r.Method, URL: resp.Request.URL, Status: resp.StatusCode, Header: resp.Header,
		Body: body}
}

func (c *Client) resolve(path string) string {
	if strings.HasPrefix(path, "http://") {
		return path
	}
	return c.base + path
}

// Cookies are what this browser would send to the site.
func (c *Client) Cookies() []*http.Cookie {
	u, err := url.Parse(c.base)
	if err != nil {
		return nil
	}
	return c.http.Jar.Cookies(u)
}
