package accounts

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"seatledger/internal/account"
	"seatledger/internal/crm"
	"seatledger/internal/mapping"
	"seatledger/internal/match"
	"seatledger/views/ui"
)

var levelWords = map[match.Level]ui.Badge{
	match.Agree: {Text: "agrees", Tone: ui.Good}, match.Partly: {Text: "partly", Tone: ui.Info},
	match.Differ: {Text: "differs", Tone: ui.Warn}, match.Missing: {Text: "not known"},
}

// compareTable sets an account and a CRM account side by side. The levels come from
// the evidence where there is some; else values are equal or they differ.
func compareTable(a account.Account, c crm.Account, evidence []match.Evidence) ui.Table {
	t := ui.Table{
		Caption: "Compared with " + c.Name, Compact: true, Plain: true,
		Columns: []ui.Column{{Label: "Field"}, {Label: "Distributor"}, {Label: "CRM account"}, {Label: "Agrees", Nowrap: true}},
	}
	for _, p := range pairsOf(a, c) {
		if p.ours == "" && p.theirs == "" {
			continue
		}
		badge := levelWords[p.level(evidence)]
		cells := []ui.Cell{ui.TextCell(p.label), {Text: p.ours, Mono: p.mono}, {Text: p.theirs, Mono: p.mono}, {Badges: []ui.Badge{badge}}}
		t.Rows = append(t.Rows, ui.Row{Cells: cells})
	}
	return t
}

// fieldPair is one field of both sides.
type fieldPair struct {
	name   string // as evidence calls it
	label  string
	ours   string
	theirs string
	also   []string // further values of theirs that count as equal
	mono   bool
}

func pairsOf(a account.Account, c crm.Account) []fieldPair {
	mails := strings.Fields(c.EmailDomains)
	_, mail, _ := strings.Cut(a.Email, "@")
	return []fieldPair{
		{name: "name", label: "Name", ours: a.Name, theirs: c.Name},
		{name: "domain", label: "Domain", ours: a.Domain, theirs: c.Domain, also: mails},
		{name: "email_domain", label: "Mail domain", ours: mail, theirs: strings.Join(mails, ", "), also: append(mails, c.Domain)},
		{name: "tenant_id", label: "Tenant id", ours: a.TenantID, theirs: c.TenantID, mono: true},
		{name: "street", label: "Street", ours: a.Street, theirs: c.Street},
		{name: "postal_code", label: "Postal code", ours: a.PostalCode, theirs: c.PostalCode},
		{name: "city", label: "City", ours: a.City, theirs: c.City},
		{name: "state", label: "State", ours: a.Facts.State, theirs: c.State},
		{name: "country", label: "Country", ours: a.Country, theirs: c.Country},
		{name: "phone", label: "Phone", ours: a.Phone, theirs: c.Phone},
	}
}

func (p fieldPair) level(evidence []match.Evidence) match.Level {
	for _, e := range evidence {
		if e.Field == p.name {
			return e.Level
		}
	}
	same := func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), strings.TrimSpace(p.ours)) }
	switch {
	case p.ours == "" || p.theirs == "" && len(p.also) == 0:
		return match.Missing
	case same(p.theirs) || slices.ContainsFunc(p.also, same):
		return match.Agree
	}
	return match.Differ
}

var evidenceLabels = map[string]string{
	"prior": "Before any evidence", "rivals": "Rivals", "calibration": "Calibration", "name": "Name", "domain": "Domain", "tenant_id": "Tenant id",
	"legal_form": "Legal form", "street": "Street", "postal_code": "Postal code", "city": "City", "state": "State", "country": "Country", "phone": "Phone",
}

// waterfall shows how the reasons add up to the confidence.
func waterfall(p mapping.Proposal) ui.Waterfall {
	w := ui.Waterfall{Caption: "How the confidence in " + p.CRMAccount + " adds up"}
	most, sum := 0.0, 0.0
	for _, e := range p.Evidence {
		most, sum = max(most, math.Abs(e.Weight)), sum+e.Weight
	}
	for _, e := range p.Evidence {
		label := evidenceLabels[e.Field]
		if label == "" {
			label = e.Field
		}
		w.Bars = append(w.Bars, ui.Bar{Label: label, Text: e.Sentence, Value: fmt.Sprintf("%+.1f", e.Weight),
			Percent: int(math.Round(100 * math.Abs(e.Weight) / max(most, 0.01))), Against: e.Weight < 0})
	}
	w.Total = fmt.Sprintf("%+.1f, which is %d %%", sum, p.Percent())
	return w
}
