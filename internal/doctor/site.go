package doctor

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"seatledger/internal/clock"
)

const (
	askLimit     = 10 * time.Second
	expiresSoon  = 14 * 24 * time.Hour
	enoughToTell = 3 // sign-ins before their addresses say anything
)

func (p *patient) wall() time.Time { return clock.System{}.Now() }

// site asks the app as the proxy does, and then through the proxy as people do.
func (p *patient) site(ctx context.Context) {
	p.proxies(ctx)
	at, port, err := net.SplitHostPort(p.cfg.Addr)
	if err != nil || port == "0" {
		p.found(Look, "app", "", "It listens on a port of its own choosing, and was not asked.")
		return
	}
	if a, err := netip.ParseAddr(at); at == "" || err == nil && a.IsUnspecified() {
		at = "127.0.0.1"
	}
	here := "http://" + net.JoinHostPort(at, port)
	if !p.answers(ctx, here) {
		return
	}
	p.metrics(ctx)
	if p.cfg.BaseURL == "" {
		return
	}
	p.asNamed(ctx, here)
	if p.cfg.HTTPS() {
		p.outside(ctx)
	}
}

// answer is what a page said, as far as it was read.
type answer struct {
	status int
	tls    *tls.ConnectionState
	text   string
}

// call asks for a page; it follows nothing, and reads a little of the answer.
func (p *patient) call(ctx context.Context, address, host string) (answer, error) {
	ctx, done := context.WithTimeout(ctx, askLimit)
	defer done()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return answer{}, err
	}
	if host != "" {
		r.Host = host
	}
	way := &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}, DisableKeepAlives: true}
	a, err := way.RoundTrip(r)
	if err != nil {
		return answer{}, err
	}
	defer a.Body.Close()
	text, err := io.ReadAll(io.LimitReader(a.Body, 4096))
	return answer{a.StatusCode, a.TLS, strings.TrimSpace(string(text))}, err
}

func (p *patient) answers(ctx context.Context, here string) bool {
	a, err := p.call(ctx, here+"/healthz", "")
	if err != nil || a.status != http.StatusOK {
		p.found(Look, "app", "Start it. If it runs elsewhere, run this there too.",
			"Nothing that is Seatledger answers on %s: it does not run here.", p.cfg.Addr)
		return false
	}
	a, err = p.call(ctx, here+"/readyz", "")
	switch {
	case err != nil:
		p.wrong("app", "Look in its log.", "It lives, and says no more: %s", said(err))
	case a.status != http.StatusOK:
		p.wrong("app", "Do what it says, or look in its log.", "It runs and is not ready: %s",
			strings.TrimPrefix(a.text, "not ready: "))
	default:
		p.good("app", "It runs on %s and is ready.", p.cfg.Addr)
	}
	return true
}

// asNamed asks under the name that people use, as a proxy that passes Host on does.
func (p *patient) asNamed(ctx context.Context, here string) {
	u, err := url.Parse(p.cfg.BaseURL)
	if err != nil {
		return
	}
	a, err := p.call(ctx, here+"/login", u.Host)
	if err == nil && a.status == http.StatusMisdirectedRequest {
		p.wrong("proxy", "Start it with the same SEATLEDGER_BASE_URL as here.",
			"The running app is not known by the name of SEATLEDGER_BASE_URL.")
	}
}

// outside goes the way of people: name, proxy, certificate, headers.
func (p *patient) outside(ctx context.Context) {
	base := strings.TrimRight(p.cfg.BaseURL, "/")
	a, err := p.call(ctx, base+"/healthz", "")
	var bad *tls.CertificateVerificationError
	switch {
	case errors.As(err, &bad):
		p.wrong("proxy", "Renew the certificate, or give this machine the authority that signed it.",
			"The certificate at SEATLEDGER_BASE_URL is not believed: %s", bad.Err)
		return
	case err != nil:
		p.found(Look, "proxy", "Look whether the name leads to the proxy. From other machines it may well do.",
			"SEATLEDGER_BASE_URL does not answer from this machine.")
		return
	case a.status != http.StatusOK || a.text != "ok":
		p.wrong("proxy", "Let the proxy send everything under that name to "+p.cfg.Addr+".",
			"At SEATLEDGER_BASE_URL something else than Seatledger answers (%d).", a.status)
		return
	}
	if t := a.tls; t != nil && len(t.PeerCertificates) > 0 {
		if left := t.PeerCertificates[0].NotAfter.Sub(p.wall()); left < expiresSoon {
			p.wrong("proxy", "Renew it.", "The certificate is good for %d more days.", int(left.Hours()/24))
		}
	}
	a, err = p.call(ctx, base+"/login", "")
	switch {
	case err != nil:
		p.wrong("proxy", "", "The sign-in page does not come through: %s", said(err))
	case a.status == http.StatusMisdirectedRequest:
		p.wrong("proxy", "Let it pass the Host header on (nginx: proxy_set_header Host $host).",
			"The proxy gives the app another name than people typed, and every page is refused.")
	default:
		p.good("proxy", "SEATLEDGER_BASE_URL leads here, with a good certificate and the right Host header.")
	}
}

// proxies looks whether the app learns where people come from.
func (p *patient) proxies(ctx context.Context) {
	for _, t := range p.cfg.Proxies() {
		if t.Bits() == 0 {
			p.wrong("proxy", "Name the addresses of your proxies alone.",
				"SEATLEDGER_TRUSTED_PROXIES believes everybody: anyone may say where a request comes from.")
		}
	}
	if p.db == nil || !p.cfg.HTTPS() {
		return
	}
	var n, places int
	var one *string
	err := p.db.Pool().QueryRow(ctx, `SELECT count(*), count(DISTINCT address), min(address) FROM audit_events
		WHERE action = 'sign_in.succeeded' AND at > now() - interval '30 days' AND address IS NOT NULL`).
		Scan(&n, &places, &one)
	if err != nil || one == nil {
		return
	}
	a, err := netip.ParseAddr(*one)
	ours := err == nil && (a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast())
	if n >= enoughToTell && places == 1 && ours && !p.believed(a) {
		p.wrong("proxy", "Set SEATLEDGER_TRUSTED_PROXIES="+a.String()+", and let the proxy set X-Forwarded-For.",
			"All %d sign-ins of 30 days came from %s, which looks like the proxy: limits count everybody together, "+
				"and the audit trail does not know where people were.", n, a)
	}
}

func (p *patient) believed(a netip.Addr) bool {
	for _, t := range p.cfg.Proxies() {
		if t.Contains(a) {
			return true
		}
	}
	return false
}

// metrics asks the running app for its own pool.
func (p *patient) metrics(ctx context.Context) {
	if p.cfg.MetricsAddr == "" {
		return
	}
	ctx, done := context.WithTimeout(ctx, askLimit)
	defer done()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.cfg.MetricsAddr+"/metrics", nil)
	if err != nil {
		return
	}
	a, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		p.found(Look, "app", "Look whether it was started with the same SEATLEDGER_METRICS_ADDR.",
			"Its figures do not answer on %s.", p.cfg.MetricsAddr)
		return
	}
	defer a.Body.Close()
	figures := map[string]float64{}
	lines := bufio.NewScanner(io.LimitReader(a.Body, 4<<20))
	for lines.Scan() {
		name, value, ok := strings.Cut(lines.Text(), " ")
		if v, err := strconv.ParseFloat(value, 64); ok && err == nil {
			figures[name] = v
		}
	}
	used, most := figures["seatledger_pool_in_use"], figures["seatledger_pool_size"]
	p.fact("%s", fmt.Sprintf("pool of the running app: %.0f of %.0f; memory: %s; goroutines: %.0f", used, most,
		bytes(uint64(figures["process_resident_memory_bytes"])), figures["go_goroutines"]))
	if most > 0 && used >= most {
		p.wrong("pool", "If it stays so: \"slow statement\" in its log says what takes long; or run one more copy.",
			"All %.0f connections of the running app are in use.", most)
	}
}
