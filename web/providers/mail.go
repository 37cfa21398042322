package providers

import (
	"net/url"
	"strings"

	"seatledger/views/ui"

	view "seatledger/views/providers"
)

// accessRequest is the mail that asks the distributor to switch the API on.
type accessRequest struct {
	user   string // of the integration account
	number string // the account number used for CSP
	to     string // recipients, a setting; empty at first
}

func (a accessRequest) body() string {
	return "Hello,\n\nWe would like to request access to the CSP API to be enabled for " + orBlank(a.user,
		"[user name of the integration account]") +
		".\nOur Synnex Account Number is " + orBlank(a.number,
		"[account number used for CSP transactions]") + ".\n\nThank you."
}

func orBlank(s, blank string) string {
	if s == "" {
		return blank
	}
	return s
}

func panel(a accessRequest) *view.Prerequisites {
	p := &view.Prerequisites{
		Card: ui.Card{Title: "Before you begin"},
		Steps: []string{
			"Create an integration account at TD SYNNEX that belongs to no person, so that nobody's leaving ends the " +
				"sync.",
			"Ask TD SYNNEX by mail to enable the CSP API for that account and your account number.",
			"When they have confirmed it, make the client credentials in their developer portal.",
		},
		Mail: ui.CopyText{Label: "access request", Value: a.body(), Block: true,
			Mailto: mailto(a.to, "CSP API access", a.body())},
	}
	if a.to == "" {
		p.Note = "The mail has no recipients yet: an administrator enters them under Settings, as TD SYNNEX names " +
			"them to you."
	}
	return p
}

// mailto writes a mail as an address. Spaces are %20: mail programs take a + as a plus.
func mailto(to, subject, body string) string {
	escape := func(s string) string {
		return strings.ReplaceAll(url.QueryEscape(strings.ReplaceAll(s, "\n", "\r\n")), "+", "%20")
	}
	var recipients []string
	for _, r := range strings.Split(to, ",") {
		if r = strings.TrimSpace(r); r != "" {
			recipients = append(recipients, strings.ReplaceAll(escape(r), "%40", "@"))
		}
	}
	return "mailto:" + strings.Join(recipients, ",") + "?subject=" + escape(subject) + "&body=" + escape(body)
}
