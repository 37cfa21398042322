package mail

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
)

// trouble is something wrong with the server or the way to it, so that all mail waits.
type trouble struct {
	text  string // a sentence for a person: what happened, and what to do
	cause error
}

func (t *trouble) Error() string {
	if t.cause == nil {
		return t.text
	}
	return t.text + " (" + t.cause.Error() + ")"
}

// Unwrap gives the cause.
func (t *trouble) Unwrap() error { return t.cause }

func public(err error) string {
	var t *trouble
	if errors.As(err, &t) {
		return t.text
	}
	return "Something went wrong on our side."
}

func wrong(cause error, format string, args ...any) error {
	return &trouble{fmt.Sprintf(format, args...), cause}
}

func notReached(srv Server, err error) error {
	var name *net.DNSError
	switch {
	case errors.Is(err, errOpen):
		return wrong(err, "%s is not this machine, so it is not reached without TLS. Choose STARTTLS or TLS under "+
			"Settings, Mail.", srv.Host)
	case errors.Is(err, errNoServerThere):
		return wrong(err, "%s leads to an address that no mail server has. Check the name under Settings, Mail.",
			srv.Host)
	case errors.As(err, &name):
		return wrong(err, "The mail server %s was not found: the name leads to no address. "+
			"Check it under Settings, Mail.", srv.Host)
	case errors.Is(err, syscall.ECONNREFUSED):
		return wrong(err, "Nothing listens at %s. Is the mail server running, and is the port right?", srv.address())
	case timedOut(err):
		return wrong(err, "The mail server %s does not answer. Check host and port, and whether a firewall stands "+
			"between.",
			srv.address())
	}
	return wrong(err, "The mail server %s could not be reached. Check host and port under Settings, Mail.",
		srv.address())
}

func timedOut(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

func notGreeted(srv Server, err error) error {
	if _, answer := answered(err); answer != "" {
		return wrong(err, "The mail server %s takes no mail from us: %s", srv.address(), answer)
	}
	if timedOut(err) {
		return wrong(err, "The mail server %s took the call and said nothing. Port 465 wants TLS, 587 and 25 want "+
			"STARTTLS: check both under Settings, Mail.", srv.address())
	}
	return wrong(err, "What answers at %s does not speak as a mail server does. Check the port under Settings, Mail.",
		srv.address())
}

func noStartTLS(srv Server) error {
	return wrong(nil, "The mail server %s offers no STARTTLS, so nothing was sent: "+
		"mail and password would have travelled "+
		"open. Choose TLS, mostly on port 465, or another server.", srv.address())
}

func notTrusted(srv Server, err error) error {
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	var unknown x509.UnknownAuthorityError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return wrong(err, "The certificate of the mail server %s is not valid today: it holds from %s to %s. "+
			"Nothing was sent; whoever runs the server has to renew it.", srv.Host,
			invalid.Cert.NotBefore.Format("2006-01-02"), invalid.Cert.NotAfter.Format("2006-01-02"))
	case errors.As(err, &name):
		return wrong(err, "The mail server shows a certificate for another name than %s (%s). Nothing was sent; "+
			"enter the name that the certificate has.", srv.Host, strings.Join(namesOf(name.Certificate), ", "))
	case errors.As(err, &unknown):
		return wrong(err, "The certificate of the mail server %s comes from an authority that this machine does not "+
			"know. Nothing was sent; add the authority to the system's certificates, or use another server.", srv.Host)
	case errors.As(err, &record):
		return wrong(err, "What answers at %s does not speak TLS from the first byte. Choose STARTTLS, or port 465.",
			srv.address())
	}
	return wrong(err, "No private way to the mail server %s could be made (TLS). Nothing was sent; "+
		"check port and security under Settings, Mail.", srv.address())
}

func namesOf(c *x509.Certificate) []string {
	const most = 3
	names := c.DNSNames
	if len(names) == 0 {
		names = []string{c.Subject.CommonName}
	}
	return names[:min(len(names), most)]
}

func noSignIn(srv Server) error {
	return wrong(nil, "The mail server %s offers no sign-in. Leave the user name empty, or choose another port.",
		srv.address())
}

func noWayToSignIn(srv Server, ways string) error {
	return wrong(nil, "The mail server %s wants a sign-in that is not known here (%s).", srv.address(), Line(ways))
}

func notSignedIn(srv Server, err error) error {
	code, answer := answered(err)
	switch {
	case code == 0:
		return hungUp(srv, err)
	case code >= 500:
		return wrong(err, "The mail server refused the user name or the password of %s: %s. "+
			"Enter them again under Settings, Mail.", srv.UserName, answer)
	}
	return wrong(err, "The mail server could not sign %s in just now: %s", srv.UserName, answer)
}

func senderRefused(srv Server, err error) error {
	code, answer := answered(err)
	switch {
	case code == 0 || code == 421:
		return hungUp(srv, err)
	case code >= 500:
		return wrong(err, "The mail server does not take mail from %s: %s. Enter the address that it knows under "+
			"Settings, Mail.", srv.FromAddress, answer)
	}
	return wrong(err, "The mail server takes no mail just now: %s", answer)
}

func hungUp(srv Server, err error) error {
	if _, answer := answered(err); answer != "" {
		return wrong(err, "The mail server %s broke off: %s", srv.address(), answer)
	}
	return wrong(err, "The mail server %s broke off before it took the mail. Nothing was sent.", srv.address())
}
