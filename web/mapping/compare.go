package mapping

import (
	"slices"
	"strings"

	"seatledger/internal/account"
	"seatledger/internal/crm"
	"seatledger/internal/match"
	"seatledger/views/ui"

	view "seatledger/views/mapping"
)

// levelWord is how a level is said, so that nothing rests on colour.
var levelWords = map[match.Level]view.Field{
	match.Agree:   {Word: "agrees", Sign: "=", Tone: ui.Good},
	match.Partly:  {Word: "partly", Sign: "≈", Tone: ui.Info},
	match.Differ:  {Word: "differs", Sign: "≠", Tone: ui.Warn},
	match.Missing: {Word: "unknown", Sign: "–"},
}

// Compare sets an account and a CRM account side by side, field by field. The levels
// come from the evidence where there is some; else values are equal or they differ.
func Compare(a account.Account, c crm.Account, evidence []match.Evidence) view.Compare {
	out := view.Compare{Title: "Compared with " + c.Name, Left: "Distributor", Right: "CRM account"}
	for _, p := range pairsOf(a, c) {
		level := p.level(evidence)
		f := levelWords[level]
		f.Label, f.Mono = p.label, p.mono
		f.Ours, f.Theirs = whole(p.ours), whole(p.theirs)
		if level == match.Differ || level == match.Partly {
			f.Ours, f.Theirs = pieces(p.ours, p.theirs), pieces(p.theirs, p.ours)
		}
		out.Fields = append(out.Fields, f)
	}
	return out
}

func whole(s string) []view.Piece {
	if s == "" {
		return nil
	}
	return []view.Piece{{Text: s}}
}

// pieces marks the words of a value that the other side does not have.
func pieces(s, other string) []view.Piece {
	theirs := map[string]bool{}
	for _, w := range strings.Fields(other) {
		theirs[bare(w)] = true
	}
	var out []view.Piece
	for _, w := range strings.Fields(s) {
		differs := other != "" && !theirs[bare(w)]
		if n := len(out); n > 0 && out[n-1].Differs == differs {
			out[n-1].Text += " " + w
			continue
		}
		out = append(out, view.Piece{Text: w, Differs: differs})
	}
	return out
}

func bare(w string) string { return strings.Trim(strings.ToLower(w), ".,;()") }

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
		{name: "email_domain", label: "Mail domain", ours: mail, theirs: strings.Join(mails, ", "),
			also: append(mails, c.Domain)},
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
	case p.theirs == "":
		return match.Missing
	}
	return match.Differ
}
