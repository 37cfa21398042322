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

// DefaultTokenURL is where a base URL's tokens come from when nobody said otherwise.
// Guess: the Canadian host is mentioned once only, and the hosts of Latin America are taken to share
// that of the US; elsewhere the sign-in is looked for beside the API.
func DefaultTokenURL(base string) string {
	u, err := url.Parse(baseOf(base))
	if err != nil {
		return ""
	}
	switch host := strings.ToLower(u.Hostname()); {
	case strings.HasSuffix(host, ".ca.tdsynnex.com"):
		return "https://sso.ca.tdsynnex.com/oauth2/v1/token"
	case strings.HasSuffix(host, ".tdsynnex.com"):
		return "https://sso.us.tdsynnex.com/oauth2/v1/token"
	}
	return baseOf(base) + "/oauth2/v1/token"
}

func (c *Connector) signIn(ctx context.Context) (calls.Token, error) {
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}}
	form := c.signInForm()
	c.tongue.dress(form, header)
	a, err := c.http.Do(ctx, outbound.Request{
		Op: "token", Small: true, Method: http.MethodPost, URL: c.tokenURL, Body: []byte(form.Encode()), Header: header})
	if err != nil {
		return calls.Token{}, err
	}
	token, err := calls.ReadSignIn(a, c.clk.Now())
	if distributor.KindOf(err) == distributor.NeedsCredentials {
		distributor.AsError(err).Advice = c.signInAdvice(string(a.Body))
	}
	return token, err
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
		return "Check user name, password, application id and secret; a new secret may take ten minutes to work."
	}
	return "Check application id and secret, and that they belong to this environment; " +
		"a new secret may take ten minutes to work."
}
