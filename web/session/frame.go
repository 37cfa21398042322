package session

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/savedview"
	"seatledger/views/layout"
	"seatledger/web/at"
	"seatledger/web/httpx"
)

// Frame is what httpx puts around every page: navigation, user, notices. Use it
// with httpx.WithFrame behind Load.
func (m *Manager) Frame() httpx.Frame {
	return httpx.Frame{Base: m.base, Desk: m.desk, Notices: notices{m}}
}

// desk is what the person has arranged for themselves.
func (m *Manager) desk(c echo.Context) httpx.Desk {
	u := User(c)
	d := httpx.Desk{Known: u.Role != "", Compact: u.CompactLists}
	if !d.Known {
		return d
	}
	for _, v := range besideOf(c).Views {
		view := ViewOf(v)
		if !v.Mine(u) {
			view.Owner = v.Owner
		}
		d.Views = append(d.Views, view)
	}
	return d
}

// ViewOf is a kept view as the screens of lists know it.
func ViewOf(v savedview.View) httpx.View {
	return httpx.View{ID: v.ID.String(), Name: v.Name, Path: v.List, Query: v.Query, Pinned: v.Pinned, Usual: v.Usual}
}

func (m *Manager) base(c echo.Context) layout.Page {
	u := User(c)
	if u.Role == "" {
		return layout.Page{Version: m.o.Version}
	}
	return layout.Page{
		Nav:     Navigation(u.Role),
		Find:    at.Search,
		Keys:    at.Keys,
		Bell:    m.bell(c),
		User:    layout.User{Name: u.Name, Role: u.Role.Label()},
		Version: m.o.Version, ThemeAction: httpx.ThemePath, SignOut: LogoutPath,
	}
}

// Page is the frame of a signed-in screen with its title. section is the entry of
// the navigation that the screen belongs to, by its label or path; empty leaves it
// to the address.
func Page(c echo.Context, title, section string) layout.Page {
	p := httpx.Page(c, title)
	if section == "" {
		return p
	}
	for i := range p.Nav {
		for j := range p.Nav[i].Items {
			if it := &p.Nav[i].Items[j]; strings.EqualFold(it.Label, section) ||
				strings.Trim(it.Href, "/") == strings.Trim(section, "/") {
				unmark(p.Nav)
				it.Active = true
			}
		}
	}
	return p
}

func unmark(nav []layout.Section) {
	for i := range nav {
		for j := range nav[i].Items {
			it := &nav[i].Items[j]
			it.Active = it.Under && it.Active // a view at the side knows by itself
		}
	}
}

// Navigation is the menu of a role: everybody may look at every list.
func Navigation(r auth.Role) []layout.Section {
	s := []layout.Section{
		{Items: []layout.Item{{Label: "Dashboard", Href: "/", Icon: "home", Key: "d"}}},
		{Title: "Distributor", Items: []layout.Item{
			{Label: "Providers", Href: at.Providers, Icon: "provider", Key: "p"},
			{Label: "Provider accounts", Href: at.Accounts, Icon: "accounts", Key: "a"},
			{Label: "Mapping", Href: at.Mapping, Icon: "link", Key: "m"},
			{Label: "Sync runs", Href: at.SyncRuns, Icon: "sync", Key: "r"},
		}},
		{Title: "Customers", Items: []layout.Item{
			{Label: "CRM accounts", Href: at.CRMAccounts, Icon: "crm", Key: "c"},
			{Label: "CRM sources", Href: at.CRMSources, Icon: "source", Key: "o"},
			{Label: "Billing contracts", Href: at.Contracts, Icon: "contract", Key: "t"},
			{Label: "Price lists", Href: at.PriceLists, Icon: "price", Key: "l"},
		}},
		{Title: "Seats", Items: []layout.Item{
			{Label: "Subscriptions", Href: at.Subscriptions, Icon: "subscription", Key: "s"},
			{Label: "License changes", Href: at.Changes, Icon: "change", Key: "h"},
			{Label: "Renewals", Href: at.Renewals, Icon: "calendar", Key: "w"},
			{Label: "Cut-overs", Href: at.Cutovers, Icon: "cutover", Key: "v"},
		}},
		{Title: "Money", Items: []layout.Item{
			{Label: "Billing", Href: at.Billing, Icon: "money", Key: "b"},
			{Label: "Invoices", Href: at.Invoices, Icon: "invoice", Key: "i"},
			{Label: "Invoice lines", Href: at.InvoiceLines, Icon: "lines", Key: "n"},
			{Label: "Supplier bills", Href: at.SupplierBills, Icon: "bill", Key: "f"},
			{Label: "Supplier months", Href: at.SupplierMonths, Icon: "month", Key: "y"},
			{Label: "Differences", Href: at.Differences, Icon: "differences", Key: "x"},
			{Label: "Mail", Href: at.Mails, Icon: "mail", Key: "e"},
			{Label: "Accounting", Href: at.Books, Icon: "book", Key: "k"},
		}},
		{Title: "Administration", Items: []layout.Item{
			{Label: "Bulk work", Href: at.Bulk, Icon: "bulk", Key: "j"},
			{Label: "Four eyes", Href: at.FourEyes, Icon: "users", Key: "g"},
			{Label: "Audit trail", Href: at.Audit, Icon: "audit", Key: "q"},
			{Label: "Settings", Href: at.Settings, Icon: "settings", Key: ","},
		}},
	}
	if auth.Allowed(r, auth.Admin) {
		last := &s[len(s)-1]
		last.Items = append(last.Items,
			layout.Item{Label: "Users", Href: at.Settings + "/users", Icon: "users", Key: "u"})
	}
	return s
}

// notices keeps what is told once in the session. Without a user nothing is kept,
// so that strangers fill no table.
type notices struct{ m *Manager }

// Put keeps a notice for the next page.
func (n notices) Put(ctx context.Context, notice layout.Notice) {
	if !isLoaded(ctx) || n.m.scs.GetString(ctx, userValue) == "" {
		return
	}
	b, err := json.Marshal(append(n.read(ctx), notice))
	if err != nil {
		return
	}
	n.m.scs.Put(ctx, noticesValue, string(b))
}

// Pop gives the notices that wait, once.
func (n notices) Pop(ctx context.Context) []layout.Notice {
	if !isLoaded(ctx) {
		return nil
	}
	out := n.read(ctx)
	n.m.scs.Remove(ctx, noticesValue)
	return out
}

func (n notices) read(ctx context.Context) []layout.Notice {
	var out []layout.Notice
	if s := n.m.scs.GetString(ctx, noticesValue); s != "" {
		_ = json.Unmarshal([]byte(s), &out)
	}
	return out
}
