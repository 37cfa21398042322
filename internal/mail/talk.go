package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
)

// How long we wait for the server.
const (
	dialLimit   = 15 * time.Second
	answerLimit = 30 * time.Second
	dataLimit   = 5 * time.Minute
	othersLimit = 10 * time.Second
	stopLimit   = 10 * time.Second // for the answer, once we are to stop
)

// talk is a conversation with the server.
type talk struct {
	srv    Server
	limits Limits
	conn   net.Conn
	client *smtp.Client
	unhook func() bool // from the context that breaks the talk off, until the content is handed over
}

// begin reaches the server, makes the way private, and signs in. What goes wrong is a *trouble.
func (s *Service) begin(ctx context.Context, srv Server, password distributor.Secret) (*talk, error) {
	limits := s.Limits.usual()
	dialer := net.Dialer{Timeout: limits.Dial, Control: guarded(srv)}
	conn, err := dialer.DialContext(ctx, "tcp", srv.address())
	if err != nil {
		return nil, notReached(srv, err)
	}
	t := &talk{srv: srv, limits: limits, conn: conn, unhook: context.AfterFunc(ctx, func() { _ = conn.Close() })}
	if err := t.greet(ctx, s.tlsConfig(srv), password); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return t, nil
}

func (s *Service) tlsConfig(srv Server) *tls.Config {
	return &tls.Config{ServerName: srv.Host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12}
}

// guarded looks at the address that is really dialled: no server of mail stands at addresses that
// clouds use for themselves, and only this machine is reached without TLS.
func guarded(srv Server) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		a := to.Addr().Unmap()
		switch {
		case a.IsLinkLocalUnicast(), a.IsMulticast(), a.IsUnspecified(), a == netip.MustParseAddr("255.255.255.255"):
			return errNoServerThere
		case srv.Security == Plain && !a.IsLoopback():
			return errOpen
		}
		return nil
	}
}

var (
	errNoServerThere = errors.New("an address that no mail server has")
	errOpen          = errors.New("not this machine, and no TLS")
)

func (t *talk) wait(limit time.Duration) error {
	return t.conn.SetDeadline(clock.System{}.Now().Add(limit))
}

func (t *talk) greet(ctx context.Context, cfg *tls.Config, password distributor.Secret) (err error) {
	if err := t.wait(t.limits.Answer); err != nil {
		return notReached(t.srv, err)
	}
	conn := t.conn
	if t.srv.Security == TLS {
		secured := tls.Client(conn, cfg)
		if err := secured.HandshakeContext(ctx); err != nil {
			return notTrusted(t.srv, err)
		}
		conn = secured
	}
	if t.client, err = smtp.NewClient(conn, t.srv.Host); err != nil {
		return notGreeted(t.srv, err)
	}
	if err := t.client.Hello(t.name()); err != nil {
		return notGreeted(t.srv, err)
	}
	if t.srv.Security == StartTLS {
		if offered, _ := t.client.Extension("STARTTLS"); !offered {
			return noStartTLS(t.srv)
		}
		if err := t.client.StartTLS(cfg); err != nil {
			return notTrusted(t.srv, err)
		}
	}
	return t.signIn(password)
}

// name is how we say who we are: by our address, as a machine without a name does.
func (t *talk) name() string {
	if a, ok := t.conn.LocalAddr().(*net.TCPAddr); ok {
		if ip, ok := netip.AddrFromSlice(a.IP); ok {
			ip = ip.Unmap()
			if ip.Is4() {
				return "[" + ip.String() + "]"
			}
			return "[IPv6:" + ip.WithZone("").String() + "]"
		}
	}
	return "localhost"
}

func (t *talk) signIn(password distributor.Secret) error {
	if t.srv.UserName == "" {
		return nil
	}
	offered, ways := t.client.Extension("AUTH")
	if !offered {
		return noSignIn(t.srv)
	}
	open := t.srv.Security == Plain // to this machine only: guarded
	var auth smtp.Auth
	switch known := strings.Fields(strings.ToUpper(ways)); {
	case slices.Contains(known, "PLAIN"):
		auth = smtp.PlainAuth("", t.srv.UserName, password.Reveal(), t.srv.Host, open)
	case slices.Contains(known, "LOGIN"):
		auth = smtp.LoginAuth(t.srv.UserName, password.Reveal(), t.srv.Host, open)
	case slices.Contains(known, "CRAM-MD5"):
		auth = smtp.CRAMMD5Auth(t.srv.UserName, password.Reveal())
	case slices.Contains(known, "SCRAM-SHA-256"):
		auth = smtp.ScramSHA256Auth(t.srv.UserName, password.Reveal())
	default:
		return noWayToSignIn(t.srv, ways)
	}
	if err := t.client.Auth(auth); err != nil {
		return notSignedIn(t.srv, err)
	}
	return nil
}

// largest is how many bytes the server takes; 0: it does not say.
func (t *talk) largest() int {
	_, size := t.client.Extension("SIZE")
	n, _ := strconv.Atoi(size)
	return n
}

func (t *talk) knowsUTF8() bool { ok, _ := t.client.Extension("SMTPUTF8"); return ok }

// offer names sender and recipients, and gives what the server said of each of those that wait.
func (t *talk) offer(to []Recipient) ([]Recipient, error) {
	if err := t.wait(t.limits.Answer); err != nil {
		return nil, notReached(t.srv, err)
	}
	if err := t.client.Mail("<" + t.srv.FromAddress + ">"); err != nil {
		return nil, senderRefused(t.srv, err)
	}
	out := slices.Clone(to)
	for i := range out {
		r := &out[i]
		if r.State != Waiting {
			continue
		}
		if !ascii(r.Address) && !t.knowsUTF8() {
			r.State, r.Answer = TurnedOff, "The mail server takes no addresses with such letters (no SMTPUTF8)."
			continue
		}
		if err := t.wait(t.limits.Answer); err != nil {
			return nil, notReached(t.srv, err)
		}
		err := t.client.Rcpt("<" + r.Address + ">")
		code, answer := answered(err)
		switch {
		case err == nil:
			r.State, r.Answer = Taken, ""
		case code == 0 || code == 421: // it hangs up
			return nil, hungUp(t.srv, err)
		case code >= 500:
			r.State, r.Answer = TurnedOff, answer
		default:
			r.Answer = answer
		}
	}
	return out, nil
}

// verdict is what came of handing the content over.
type verdict int

const (
	yes    verdict = iota // the server has it
	later                 // not now
	never                 // not at all
	unsure                // the answer was not heard
)

// hand gives the content and waits for the server's word. Before the last dot the server has
// nothing, so what breaks until then is "later"; after it, what breaks is unsure.
func (t *talk) hand(ctx context.Context, content []byte) (verdict, string) {
	t.unhook()
	stop := context.AfterFunc(ctx, func() { _ = t.wait(stopLimit) })
	defer stop()
	if err := t.wait(t.limits.Data); err != nil {
		return later, public(notReached(t.srv, err))
	}
	w, err := t.client.Data()
	if err != nil {
		return t.said(err)
	}
	if _, err := w.Write(content); err != nil {
		return later, public(hungUp(t.srv, err))
	}
	if ctx.Err() == nil {
		if err := t.wait(t.limits.Data); err != nil {
			return later, public(hungUp(t.srv, err)) // the dot is not written yet
		}
	}
	err = w.Close()
	if code, _ := answered(err); err != nil && code == 0 {
		return unsure, ""
	} else if err != nil {
		return t.said(err)
	}
	answer := ""
	if d, ok := w.(*smtp.DataCloser); ok {
		answer = d.ServerResponse()
	}
	return yes, strings.TrimSpace("250 " + Line(answer))
}

func (t *talk) said(err error) (verdict, string) {
	code, answer := answered(err)
	switch {
	case code == 0:
		return later, public(hungUp(t.srv, err))
	case code >= 500:
		return never, answer
	}
	return later, answer
}

// end says goodbye; what comes of it no longer matters.
func (t *talk) end() {
	t.unhook()
	if t.wait(stopLimit) == nil {
		_ = t.client.Quit()
	}
	_ = t.conn.Close()
}

const maxAnswer = 500

// answered is the code and the words of a server that refuses; 0 when it said nothing.
func answered(err error) (int, string) {
	var said *textproto.Error
	if !errors.As(err, &said) || said.Code < 400 || said.Code > 599 {
		return 0, ""
	}
	text := Line(fmt.Sprintf("%d %s", said.Code, said.Msg))
	if r := []rune(text); len(r) > maxAnswer {
		text = string(r[:maxAnswer]) + "…"
	}
	return said.Code, strings.ToValidUTF8(text, "\uFFFD")
}
