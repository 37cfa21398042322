package provider_test

import (
	"strings"
	"testing"

	"seatledger/internal/provider"
)

const (
	partner   = "11111111-2222-4333-8444-555555555555"
	csp       = "66666666-7777-4888-8999-aaaaaaaaaaaa"
	directURL = "https://admin.microsoft.com/Adminportal/Home?invType=ResellerRelationship&partnerId=" + partner +
		"&msppId=0&DAP=true#/BillingAccounts/partner-invitation"
	indirectURL = "https://admin.microsoft.com/Adminportal/Home?invType=IndirectResellerRelationship&partnerId=" +
		partner + "&msppId=4711&indirectCSPId=" + csp + "#/partners/invitation"
	dapURL = "https://admin.microsoft.com/Adminportal/Home?invType=Administration&partnerId=" + partner +
		"#/BillingAccounts/partner-invitation"
	gdapURL = "https://admin.microsoft.com/AdminPortal/Home#/partners/invitation/granularAdminRelationships/" +
		partner + "-" + csp
	gdapNewURL = "https://admin.cloud.microsoft/?#/partners/invitation/granularAdminRelationships/" + partner
)

type linkCase struct {
	raw     string
	problem string // part of it; empty: accepted
	warning string // part of it; empty: none
}

func (c linkCase) judge(t *testing.T, l provider.Link) {
	t.Helper()
	if (c.problem == "") != (l.Problem == "") || !strings.Contains(l.Problem, c.problem) {
		t.Errorf("problem %q, want %q", l.Problem, c.problem)
	}
	warned := strings.Join(l.Warnings, " ")
	if (c.warning == "") != (warned == "") || !strings.Contains(warned, c.warning) {
		t.Errorf("warnings %q, want %q", warned, c.warning)
	}
}

func TestResellerLinksAreToldApart(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]linkCase{
		"none":     {},
		"direct":   {raw: directURL},
		"indirect": {raw: indirectURL},
		"case of path and keys": {raw: strings.NewReplacer("invType", "INVTYPE", "Adminportal", "AdminPortal",
			"partnerId", "partnerid").Replace(indirectURL)},
		"copied out of a page": {raw: strings.ReplaceAll(indirectURL, "&", "&amp;")},
		"blanks around":        {raw: "  " + directURL + "\n"},
		"hash route": {raw: "https://admin.microsoft.com/#/partners/invitation/indirectReseller?partnerId=" +
			partner + "&indirectCSPId=" + csp},
		"older host": {raw: "https://businessstore.microsoft.com/manage/partner-invitation?invType=ResellerRelationship&partnerId=" + partner, warning: "old address"},
		"another host": {raw: "https://links.reseller.example/csp",
			warning: "not one of Microsoft's usual hosts"},
		"DAP here":  {raw: dapURL, problem: "swapped"},
		"GDAP here": {raw: gdapURL, problem: "swapped"},
		"http":      {raw: strings.Replace(directURL, "https", "http", 1), problem: "https://"},
		"no partner": {raw: "https://admin.microsoft.com/Adminportal/Home?invType=ResellerRelationship",
			problem: "partnerId"},
		"indirect, no distributor": {raw: "https://admin.microsoft.com/Adminportal/Home?invType=IndirectResellerRelationship&partnerId=" + partner, problem: "indirectCSPId"},
		"mspp in words":            {raw: strings.Replace(directURL, "msppId=0", "msppId=abc", 1), problem: "msppId"},
		"credentials": {raw: "https://a:b@admin.microsoft.com/?invType=ResellerRelationship&partnerId=" +
			partner, problem: "user name or password"},
		"pasted twice":        {raw: directURL + directURL, problem: "two links"},
		"a line break within": {raw: directURL[:40] + "\n" + directURL[40:], problem: "line break"},
		"no address at all":   {raw: "partnerId=" + partner, problem: "web address"},
		"script":              {raw: "javascript:alert(1)", problem: "web address"},
		"far too long":        {raw: directURL + strings.Repeat("x", 2000), problem: "longer than 2000"},
		"some other page of theirs": {raw: "https://admin.microsoft.com/Adminportal/Home",
			problem: "not a reseller relationship link"},
		"another invitation": {raw: "https://admin.microsoft.com/Adminportal/Home?invType=Friendship&partnerId=" +
			partner, problem: "invType"},
		"the kind named on any host": {raw: "https://links.reseller.example/?invType=Administration&partnerId=" +
			partner, problem: "swapped", warning: "usual hosts"},
		"an older link": {raw: "https://portal.office.com/partner/partnersignup.aspx?type=ResellerRelationship&id=" +
			partner + "&csp=1&msppid=0", warning: "old address"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.judge(t, provider.CheckResellerLink(c.raw))
		})
	}
}

func TestAdminLinksAreToldApart(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]linkCase{
		"none":                     {},
		"DAP":                      {raw: dapURL},
		"GDAP":                     {raw: gdapURL, warning: "one relationship"},
		"GDAP, newer host":         {raw: gdapNewURL, warning: "one relationship"},
		"reseller here":            {raw: directURL, problem: "swapped"},
		"indirect reseller here":   {raw: indirectURL, problem: "swapped"},
		"hash-route reseller here": {raw: "https://admin.microsoft.com/#/partners/invitation/indirectReseller?partnerId=" + partner, problem: "swapped"},
		"DAP without partner": {raw: "https://admin.microsoft.com/Adminportal/Home?invType=Administration",
			problem: "partnerId"},
		"the fragment was lost":     {raw: "https://admin.microsoft.com/AdminPortal/Home", problem: "after #"},
		"a relationship without id": {raw: "https://admin.microsoft.com/AdminPortal/Home#/partners/invitation/granularAdminRelationships/", problem: "after #"},
		"a relationship in words":   {raw: "https://admin.microsoft.com/AdminPortal/Home#/partners/invitation/granularAdminRelationships/new", warning: "copied whole"},
		"an older reseller link":    {raw: "https://portal.office.com/partner/partnersignup.aspx?type=ResellerRelationship&id=" + partner, problem: "swapped", warning: "old address"},
		"older host":                {raw: "https://portal.office.com/partner/partnersignup.aspx?type=Administration&id=" + partner, warning: "old address"},
		"a short link of the seller": {raw: "https://links.reseller.example/gdap",
			warning: "not one of Microsoft's usual hosts"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.judge(t, provider.CheckAdminLink(c.raw))
		})
	}
}

func TestTheFragmentOfAGDAPLinkSurvives(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := r.create(with(good(), func(in *provider.Input) { in.DelegatedAdminURL = "  " + gdapURL + " " }))
	if got := r.get(p.ID).DelegatedAdminURL; got != gdapURL {
		t.Errorf("stored %q", got)
	}
}
