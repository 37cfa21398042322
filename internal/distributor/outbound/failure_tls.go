package outbound

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"

	"seatledger/internal/distributor"
)

// explainTLS puts a failed handshake into words; nil when it is something else.
func explainTLS(err error) *distributor.Error {
	message := certificateFault(err)
	if message == "" {
		message = protocolFault(err)
	}
	if message == "" {
		return nil
	}
	return &distributor.Error{Kind: distributor.TLSFailed, Message: message, Cause: bare(err),
		Advice: "Check the host name in the URL; if it is right, the distributor has to mend its server. " +
			"The check cannot be switched off."}
}

func certificateFault(err error) string {
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var other *tls.CertificateVerificationError
	switch {
	case errors.As(err, &host):
		return fmt.Sprintf("The server's certificate belongs to another name than %s.", host.Host)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return fmt.Sprintf("The server's certificate is not valid today; it runs from %s to %s.",
			invalid.Cert.NotBefore.Format("2006-01-02"), invalid.Cert.NotAfter.Format("2006-01-02"))
	case errors.As(err, &unknown):
		return unknownAuthority(unknown)
	case errors.As(err, &invalid), errors.As(err, &other):
		return "The server's certificate could not be verified."
	}
	return ""
}

func unknownAuthority(e x509.UnknownAuthorityError) string {
	if e.Cert != nil && bytes.Equal(e.Cert.RawIssuer, e.Cert.RawSubject) {
		return "The server's certificate is self-signed, so nobody vouches for it."
	}
	return "The server's certificate was issued by an authority that this machine does not know."
}

// crypto/tls has no types for these, so its words have to do.
func protocolFault(err error) string {
	var record tls.RecordHeaderError
	text := err.Error()
	switch {
	case errors.As(err, &record), strings.Contains(text, "server gave HTTP response to HTTPS client"):
		return "The server does not speak TLS on this port."
	case strings.Contains(text, "protocol version"):
		return "The server speaks only an outdated version of TLS; 1.2 or later is needed."
	case strings.Contains(text, "handshake failure"), strings.Contains(text, "tls: "):
		return "The server and this client could not agree on a secure connection."
	}
	return ""
}
