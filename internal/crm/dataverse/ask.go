package dataverse

import (
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/calls"
	"seatledger/internal/distributor/outbound"
)

// question is one GET request.
type question struct {
	op     string
	url    string
	prefer []string
	once   bool // without further tries, for a check that a person waits for
}

// get asks a question and reads its answer into a document.
func (c *Client) get(ctx context.Context, q question, into any) error {
	_, err := c.session.Ask(ctx, calls.Question{Op: q.op, Once: q.once,
		Read: func(a outbound.Answer) error { return c.decode(q.op, a, into) },
		Send: func(ctx context.Context, token string) (outbound.Answer, error) {
			return c.send(ctx, q, token)
		}})
	return reword(err)
}

func (c *Client) send(ctx context.Context, q question, token string) (outbound.Answer, error) {
	a, err := c.http.Do(ctx, outbound.Request{Op: q.op, Method: http.MethodGet, URL: q.url,
		Header: c.header(token, q.prefer...)})
	c.log.DebugContext(ctx, "dataverse call", "op", q.op, "status", a.Status, "bytes", len(a.Body),
		"burst_left", a.Header.Get("x-ms-ratelimit-burst-remaining-xrm-requests"), "time_left",
		a.Header.Get("x-ms-ratelimit-time-remaining-xrm-requests"))
	if err != nil || a.Status == http.StatusOK || a.Status == http.StatusUnauthorized {
		return a, err // a 401 is for the session: it tries with another token
	}
	return a, c.judge(q.op, a)
}

// judge turns a code other than 200 into an error. calls knows the codes; what Dataverse
// says of itself stands in the body.
func (c *Client) judge(op string, a outbound.Answer) error {
	e := distributor.AsError(calls.Judge(op, outbound.Answer{Status: a.Status, Header: a.Header}, c.clk.Now()))
	if e.RequestID == "" {
		e.RequestID = requestID(a.Header)
	}
	said := fault(a.Body)
	if said.Message != "" {
		e.Message = stop(e.Message) + " It says: " + stop(shorten(said.Message))
	}
	if advice := adviceOn(a.Status, said.Code); advice != "" {
		e.Advice = advice
	}
	return e
}

type faultBody struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func fault(body []byte) faultBody {
	var doc struct {
		Error faultBody `json:"error"`
	}
	if json.Unmarshal(body, &doc) != nil {
		return faultBody{}
	}
	return doc.Error
}

func adviceOn(status int, code string) string {
	switch {
	case status == http.StatusForbidden && code == "0x80072560", status == http.StatusForbidden &&
		strings.EqualFold(code, "0x80040204"):
		return "The application is no user of this organisation. In the Power Platform admin center open the " +
			"environment, Settings, Users, Application users, and add it."
	case status == http.StatusForbidden:
		return "Give the application user a security role that reads accounts and contacts of the whole organisation."
	case code == "0x80072322":
		return "The limit on the number of requests in five minutes was reached; it goes on by itself. " +
			"Read at another hour if other programs use the same application."
	case code == "0x80072321":
		return "The limit on working time in five minutes was reached; it goes on by itself. " +
			"A smaller page size may help."
	case code == "0x80072326":
		return "Too many programs read with this application at once; it goes on by itself."
	case status == http.StatusNotFound:
		return "Check the organisation's URL; it has no path, as https://contoso.crm4.dynamics.com."
	case status >= http.StatusBadRequest && status < http.StatusInternalServerError &&
		status != http.StatusTooManyRequests:
		return "Check the organisation's URL and, under Advanced, the name of the tenant id column."
	}
	return ""
}

// decode reads a good answer. A web page, or an answer that broke off, is none.
func (c *Client) decode(op string, a outbound.Answer, into any) error {
	if kind, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type")); kind == "text/html" {
		return c.badAnswer(op, a, "it is a web page, as a sign-in page or a notice of maintenance would be")
	}
	if err := json.Unmarshal(a.Body, into); err != nil {
		return c.badAnswer(op, a, "it is not whole or no JSON")
	}
	return nil
}

func (c *Client) badAnswer(op string, a outbound.Answer, why string) error {
	return &distributor.Error{Kind: distributor.BadAnswer, Op: op, StatusCode: a.Status, RequestID: requestID(a.Header),
		Message: fmt.Sprintf("Dataverse's answer could not be used: %s.", why),
		Advice:  "Nothing of it was used. Check the organisation's URL, and try again if it may be maintenance."}
}

func requestID(h http.Header) string {
	for _, name := range []string{"X-Ms-Service-Request-Id", "Req_id", "X-Ms-Request-Id"} {
		if id := h.Get(name); id != "" && len(id) <= 100 {
			return id
		}
	}
	return ""
}

func shorten(s string) string {
	const most = 300
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

func stop(text string) string { return strings.TrimRight(text, ". ") + "." }

// reword names who was asked: what is shared with the connectors speaks of a distributor.
func reword(err error) error {
	if distributor.KindOf(err) == "" {
		return err
	}
	e := *distributor.AsError(err)
	e.Message, e.Advice = names.Replace(e.Message), names.Replace(e.Advice)
	return &e
}

var names = strings.NewReplacer(
	"The distributor refused the sign-in", "Microsoft Entra refused the sign-in",
	"The distributor's", "Dataverse's", "The distributor", "Dataverse", "the distributor's", "Dataverse's",
	"the distributor", "Dataverse",
	"https://api.us.tdsynnex.com/", "https://contoso.crm4.dynamics.com", "application id and secret",
	"client id and client secret",
	"Lower the concurrency under Advanced", "Read at another hour", "lower the concurrency under Advanced",
	"read at another hour",
)
