package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"seatledger/internal/distributor"
)

// explain puts a failed call into words. A refusal of the guard passes as it is.
func explain(err error, limit time.Duration) error {
	var own *distributor.Error
	if errors.As(err, &own) {
		return own
	}
	if e := explainTLS(err); e != nil {
		return e
	}
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		return nameUnknown(dns)
	case isTimeout(err):
		return &distributor.Error{Kind: distributor.TimedOut,
			Message: fmt.Sprintf("There was no complete answer within %s.", limit),
			Advice:  "Try again later; if it lasts, ask the distributor whether the service is up.", Cause: bare(err)}
	case strings.Contains(err.Error(), "server response headers exceeded"):
		return tooLarge("The header of the answer is larger than the limit.")
	}
	return unreachable(err)
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) ||
		(errors.As(err, &n) && n.Timeout())
}

func nameUnknown(dns *net.DNSError) error {
	e := &distributor.Error{Kind: distributor.NameUnknown, Cause: dns,
		Message: fmt.Sprintf("The name %s does not resolve to an address.", dns.Name),
		Advice: "Check the URL for a typing mistake; if it is right, ask whoever runs this server about its name " +
			"service."}
	if !dns.IsNotFound {
		e.Message = fmt.Sprintf("The name service gave no answer for %s.", dns.Name)
	}
	return e
}

func unreachable(err error) error {
	e := &distributor.Error{Kind: distributor.Unreachable, Cause: bare(err),
		Message: "The distributor could not be reached.",
		Advice:  "Check the URL and the network of this server, then try again."}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Message = "The connection was refused: nothing answers at this address and port."
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		e.Kind = distributor.Dropped
		e.Message = "The connection broke off in the middle of the answer; nothing of it was used."
		e.Advice = "Try again; if it lasts, ask the distributor."
	}
	return e
}

func redirected(resp *http.Response) error {
	target := "another address"
	if u, err := resp.Location(); err == nil && isHostName(u.Hostname()) {
		target = u.Scheme + "://" + u.Host
	}
	return &distributor.Error{Kind: distributor.Redirected, StatusCode: resp.StatusCode,
		Message: fmt.Sprintf("The distributor answered with a redirect to %s, which is never followed.", target),
		Advice:  "If that is the right host, enter it as the URL."}
}

// size tells a limit in the unit that fits it.
func size(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d MiB", n>>20)
}

func tooLarge(format string, args ...any) error {
	return &distributor.Error{Kind: distributor.TooLarge, Message: fmt.Sprintf(format, args...),
		Advice: "Lower the page size under Advanced, or ask the distributor what it sends."}
}

// bare drops the URL that net/http puts into its errors.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
