package stellr

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/calls"
	"seatledger/internal/distributor/outbound"
)

func (c *Connector) signIn(ctx context.Context) (calls.Token, error) {
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}}
	form := c.signInForm()
	c.tongue.dress(form, header)
	a, err := c.http.Do(ctx, outbound.Request{
		Op: "token", Small: true, Method: http.MethodPost, URL: c.tokenURL, Body: []byte(form.Encode()),
		Header: header})
	if err != nil {
		return calls.Token{}, err
	}
	token, err := calls.ReadSignIn(a, c.clk.Now())
	if distributor.KindOf(err) == distributor.NeedsCredentials {
		distributor.AsError(err).Advice = c.signInAdvice(string(a.Body))
	}
	return token, err
}

// regionAdvice names the token URL where it follows from a regional host by a guess.
func (c *Connector) regionAdvice() string {
	other := distributor.OtherTokenURL(c.base, c.tokenURL)
	if other == "" {
		return ""
	}
	return " This region may hand out its tokens elsewhere: they were asked for at " + c.tokenURL +
		"; try the token URL " + other + " under Advanced."
}

// Guess: the password grant. No public client uses it, but the form of the guide
// still asks for user name and password beside the application's credentials.
func (c *Connector) signInForm() url.Values {
	form := url.Values{
		"grant_type": {ClientCredentials}, "client_id": {c.cred.ApplicationID},
		"client_secret": {c.cred.ApplicationSecret.Reveal()},
	}
	if c.cred.Grant == PasswordGrant {
		form.Set("grant_type", PasswordGrant)
		form.Set("username", c.cred.UserName)
		form.Set("password", c.cred.Password.Reveal())
	}
	return form
}

func (c *Connector) signInAdvice(body string) string {
	if strings.Contains(body, "unsupported_grant_type") || strings.Contains(body, "unauthorized_client") {
		return "The distributor does not take this kind of sign-in; choose the other grant under Advanced."
	}
	if c.cred.Grant == PasswordGrant {
		return "Check user name, password, application id and secret; a new secret may take ten minutes to work." +
			c.regionAdvice()
	}
	advice := "Check application id and secret, and that they belong to this environment; " +
		"a new secret may take ten minutes to work."
	return advice + c.regionAdvice()
}
