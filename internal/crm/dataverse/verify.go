package dataverse

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/checkup"
)

// Layers of a check beyond those of every connection.
const (
	LayerOrganisation = "organisation"
	LayerAccounts     = "accounts"
	LayerContacts     = "contacts"
)

// Verify checks the connection layer by layer, within 30 s and without repeating a call.
func (c *Client) Verify(ctx context.Context) distributor.Check {
	steps := append(checkup.Network(c.http, c.base.String(), c.tokenURL),
		checkup.Step{Layer: distributor.LayerToken, Run: c.checkToken},
		checkup.Step{Layer: LayerOrganisation, Run: c.whoAmI},
		checkup.Step{Layer: LayerAccounts, Run: c.oneAccount},
		checkup.Step{Layer: LayerContacts, Run: c.oneContact},
	)
	check := checkup.Run(ctx, checkup.Plan{Clock: c.clk, Steps: steps})
	for i := range check.Layers {
		check.Layers[i].Message, check.Layers[i].Advice = names.Replace(check.Layers[i].Message),
			names.Replace(check.Layers[i].Advice)
	}
	return check
}

func (c *Client) checkToken(ctx context.Context) (checkup.Outcome, error) {
	return checkup.Outcome{Message: "Microsoft Entra gave a token for the organisation."},
		c.session.SignIn(ctx, distributor.Hurried)
}

func (c *Client) whoAmI(ctx context.Context) (checkup.Outcome, error) {
	var who struct {
		OrganizationID string `json:"OrganizationId"`
		UserID         string `json:"UserId"`
	}
	err := c.get(ctx, question{op: "who am I", url: c.at("WhoAmI", nil), once: true}, &who)
	if e := distributor.AsError(err); err != nil && e.StatusCode == http.StatusUnauthorized {
		e.Message = "The organisation does not accept the token (401)."
		e.Advice = "Check that URL and tenant belong together, and that the application was added as an application " +
			"user of this environment."
		return checkup.Outcome{}, e
	}
	if err == nil && guid(who.OrganizationID) == "" {
		err = odd("who am I", "it does not name the organisation")
	}
	return checkup.Outcome{Message: "Signed in to organisation " + who.OrganizationID + " as application user " +
		who.UserID + "."}, err
}

func (c *Client) oneAccount(ctx context.Context) (checkup.Outcome, error) {
	fields := "accountid,name"
	if c.config.TenantColumn != "" {
		fields += "," + c.config.TenantColumn
	}
	n, err := c.first(ctx, "accounts", fields)
	if err == nil && n == 0 {
		return checkup.Outcome{Warning: true, Message: "Accounts can be read, but none is there for this application.",
			Advice: "Check that its security role reads accounts of the whole organisation, not only its own."}, nil
	}
	return checkup.Outcome{Message: "Accounts can be read."}, err
}

// oneContact only warns: without contacts the customers still come, with fewer mail domains.
func (c *Client) oneContact(ctx context.Context) (checkup.Outcome, error) {
	_, err := c.first(ctx, "contacts", "contactid")
	var e *distributor.Error
	if errors.As(err, &e) && e.Kind == distributor.NotPermitted {
		return checkup.Outcome{Warning: true, RequestID: e.RequestID,
			Message: "Contacts cannot be read, so their mail domains are missing from what customers are matched by. " +
				e.Message,
			Advice: "Give the security role Read on contacts of the whole organisation."}, nil
	}
	return checkup.Outcome{Message: "Contacts can be read; only the domains of their mail addresses are kept."}, err
}

func (c *Client) first(ctx context.Context, set, fields string) (int, error) {
	p := page{}
	err := c.get(ctx, question{op: "read one of " + set, url: c.at(set, url.Values{"$select": {fields}, "$top": {"1"}}),
		once: true}, &p)
	if err == nil && p.Value == nil {
		err = odd("read one of "+set, "it has no list of records")
	}
	return len(p.Value), err
}

func (c *Client) at(path string, query url.Values) string {
	target := c.base.Scheme + "://" + c.base.Host + apiPath + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	return target
}
