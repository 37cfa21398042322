package dataverse

import (
	"context"
	"net/http"
	"net/url"
	"regexp"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/calls"
	"seatledger/internal/distributor/outbound"
)

// signIn gets a token by the application's own credentials (OAuth 2.0 client credentials).
func (c *Client) signIn(ctx context.Context) (calls.Token, error) {
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {c.config.ClientID},
		"client_secret": {c.config.ClientSecret.Reveal()},
		"scope":         {c.base.Scheme + "://" + c.base.Host + "/.default"},
	}
	a, err := c.http.Do(ctx, outbound.Request{
		Op: "token", Small: true, Method: http.MethodPost, URL: c.tokenURL, Body: []byte(form.Encode()),
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}},
	})
	if err != nil {
		return calls.Token{}, err
	}
	token, err := calls.ReadSignIn(a, c.clk.Now())
	if distributor.KindOf(err) == distributor.NeedsCredentials {
		distributor.AsError(err).Advice = signInAdvice(string(a.Body))
	}
	return token, err
}

var aadsts = regexp.MustCompile(`AADSTS(\d+)`)

// signInAdvice says what to do about a refusal, by the code that Microsoft Entra gives.
func signInAdvice(body string) string {
	code := aadsts.FindStringSubmatch(body)
	if code == nil {
		return "Check tenant id, client id and client secret."
	}
	switch code[1] {
	case "7000215":
		return "The client secret is wrong. Copy the secret's Value, not its Secret ID; " +
			"Microsoft Entra shows it once, when it is made."
	case "7000222":
		return "The client secret has expired. Make a new one under Certificates & secrets of the app registration, " +
			"and enter it here."
	case "700016":
		return "This directory has no application with this client id. " +
			"Check both ids on the Overview page of the app registration."
	case "90002", "900023", "90013":
		return "There is no such directory. Check the tenant id: Microsoft Entra, Overview, Tenant ID."
	case "500011":
		return "This directory does not know the organisation. Check the organisation's URL, and that tenant and " +
			"organisation belong together."
	case "7000112":
		return "The application is disabled in this directory. An administrator enables it under Enterprise " +
			"applications, Properties."
	case "53003", "53000":
		return "A Conditional Access policy keeps the application from signing in. " +
			"An administrator allows it for workload identities, from this server's address."
	case "7000218", "7000216":
		return "The client secret is missing. Enter it again."
	case "70011", "1002012":
		return "Microsoft Entra does not take the scope made of the organisation's URL. " +
			"Enter the URL without a path, as https://contoso.crm4.dynamics.com."
	case "90033", "50196":
		return "Microsoft Entra is not available just now. Try again in a few minutes."
	}
	return "Look up AADSTS" + code[1] +
		" in Microsoft's list of sign-in errors, then check tenant id, client id and client secret."
}
