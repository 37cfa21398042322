package stellrlegacy

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/calls"
	"seatledger/internal/distributor/outbound"
)

// action is the action_name of a call.
type action string

const (
	createAccessToken action = "create_access_token"
	getCustomers      action = "get_eu_list"
	getSubscriptions  action = "get_subscriptions_by_eu_no"
	getSubscription   action = "get_subscription_by_id"
)

// pathOf is the allow-list: an action it does not know is never sent, and all it
// knows only read. Nothing here can order, change seats or cancel.
func pathOf(a action) (string, bool) {
	switch a {
	case createAccessToken:
		return "/webservice/auth/token", true
	case getCustomers, getSubscriptions, getSubscription:
		return "/webservice/solutions/csp", true
	}
	return "", false
}

const productionHost = "https://ws.synnex.com"

func baseOf(url string) string {
	if base := strings.TrimRight(strings.TrimSpace(url), "/"); base != "" {
		return base
	}
	return productionHost
}

// question is one reading action.
type question struct {
	op     string
	name   action
	fields map[string]string
	once   bool // without further tries, for a check that a person waits for
}

// ask sends a question, and has an answer read whose code was 200. It may be
// repeated although it is a POST, since it only reads.
func (c *Connector) ask(ctx context.Context, q question, read func(outbound.Answer) error) error {
	_, err := c.session.Ask(ctx, calls.Question{Op: q.op, Once: q.once, Read: read,
		Send: func(ctx context.Context, token string) (outbound.Answer, error) {
			return c.post(ctx, q, token)
		}})
	return err
}

func (c *Connector) post(ctx context.Context, q question, token string) (outbound.Answer, error) {
	path, ok := pathOf(q.name)
	if !ok {
		return outbound.Answer{}, &distributor.Error{Kind: distributor.Unsupported, Op: q.op,
			Message: fmt.Sprintf("The action %s is none of those that only read; nothing was sent.", q.name),
			Advice:  "Report this as a mistake in the program."}
	}
	body, err := q.body()
	if err != nil {
		return outbound.Answer{}, err
	}
	header := http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	a, err := c.http.Do(ctx, outbound.Request{Op: q.op, Method: http.MethodPost, URL: c.base + path, Header: header,
		Body: body, Small: q.name == createAccessToken})
	c.log.DebugContext(ctx, "distributor call", "op", q.op, "action", string(q.name), "status", a.Status, "bytes",
		len(a.Body))
	return a, err
}

func (q question) body() ([]byte, error) {
	fields := map[string]string{"action_name": string(q.name)}
	for k, v := range q.fields {
		fields[k] = v
	}
	return json.Marshal(fields)
}

func (c *Connector) signIn(ctx context.Context) (calls.Token, error) {
	a, err := c.post(ctx, question{op: "token", name: createAccessToken, fields: map[string]string{
		"user_name": c.cred.UserName, "password": c.cred.Password.Reveal(), "snx_reseller_no": c.cred.ResellerNumber,
	}}, "")
	if err != nil {
		return calls.Token{}, err
	}
	token, err := calls.ReadSignIn(a, c.clk.Now())
	if distributor.KindOf(err) == distributor.NeedsCredentials {
		distributor.AsError(err).Advice = "Check user name, password and reseller number; " +
			"access to the legacy API has to be enabled by the distributor."
	}
	return token, err
}
