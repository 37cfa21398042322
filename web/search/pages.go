package search

import (
	"strings"

	"github.com/labstack/echo/v4"

	"seatledger/web/at"
	"seatledger/web/session"

	view "seatledger/views/search"
)

// command is a page that does something, with other words that people look for it by.
type command struct{ text, path, words string }

var commands = []command{
	{"New CRM account", at.CRMAccounts + "/new", "add customer create"},
	{"Import CRM accounts", at.CRMAccounts + "/import", "customers csv upload"},
	{"New billing contract", at.Contracts + "/new", "add create agreement"},
	{"Make contracts for many", at.Contracts + "/make", "bulk customers without contract"},
	{"Import contracts", at.Contracts + "/import", "csv upload"},
	{"New price list", at.PriceLists + "/new", "add create prices"},
	{"New provider", at.Providers + "/new", "add connect distributor td synnex stellr"},
	{"New CRM source", at.CRMSources + "/new", "add connect dataverse dynamics"},
	{"New cut-over", at.Cutovers + "/new", "move migrate legacy"},
	{"Monthly money", at.Money, "revenue cost margin chart"},
	{"Mail settings", at.Settings + "/mail", "smtp templates reminders"},
	{"Tax settings", at.Settings + "/tax", "vat percent codes"},
	{"Company settings", at.Settings + "/company", "seller address logo"},
	{"My views", at.Views, "saved filters pinned"},
	{"Notices", at.Notices, "bell alerts"},
}

// pages are the entries of the menu and the commands that a person may open.
func (h Handlers) pages(c echo.Context, term string) ranked {
	g := ranked{title: "Pages and commands"}
	role := session.User(c).Role
	for _, s := range session.Navigation(role) {
		for _, it := range s.Items {
			g.add(term, command{text: it.Label, path: it.Href, words: s.Title})
		}
	}
	for _, x := range commands {
		if h.Doors.Open(role, x.path) {
			g.add(term, x)
		}
	}
	return g.sorted()
}

// add takes a page whose words hold each word of the term.
func (g *ranked) add(term string, x command) {
	all := strings.ToLower(x.text + " " + x.words)
	for _, w := range strings.Fields(strings.ToLower(term)) {
		if !strings.Contains(" "+all, " "+w) {
			return
		}
	}
	g.hits = append(g.hits, hit{Hit: view.Hit{Text: x.text, Href: x.path}, fit: fits(term, []string{x.text})})
}

// joined are the parts that are known, with a dot between them.
func joined(parts ...string) string {
	kept := parts[:0:0]
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, " · ")
}
