package settings

import (
	"strings"

	"seatledger/internal/notify"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
)

const kindOf = "kind_"

// readChoice reads which notices a form chose.
func readChoice(form httpx.Values) notify.Choice {
	c := notify.Choice{From: notify.Severity(form.Get("from"))}
	for _, k := range notify.Kinds() {
		if form.On(kindOf + string(k)) {
			c.Kinds = append(c.Kinds, k)
		}
	}
	return c
}

// choiceGroups are the fields that choose notices.
func choiceGroups(c notify.Choice, silence bool) []layout.FieldGroup {
	options := []ui.Option{{Value: string(notify.Bad), Label: severities[notify.Bad]},
		{Value: string(notify.Warn), Label: severities[notify.Warn]},
		{Value: string(notify.Info), Label: severities[notify.Info]},
		{Value: string(notify.Chosen), Label: "Only the kinds ticked below"}}
	if silence {
		options = append([]ui.Option{{Value: string(notify.Silent), Label: "None"}}, options...)
	}
	kinds := layout.FieldGroup{Group: ui.Group{Title: "Kinds",
		Text: "They count where only the kinds ticked are chosen above."}}
	for _, k := range notify.Kinds() {
		f := ui.Field{Kind: ui.Checkbox, Name: kindOf + string(k), Label: k.Label()}
		for _, chosen := range c.Kinds {
			f.Checked = f.Checked || chosen == k
		}
		kinds.Fields = append(kinds.Fields, f)
	}
	return []layout.FieldGroup{{Group: ui.Group{Title: "Which notices"}, Fields: []ui.Field{
		{Kind: ui.SelectBox, Name: "from", Label: "Notices", Value: string(c.From), Options: options,
			Size: ui.Medium}}}, kinds}
}

// choiceWords is a choice in a few words.
func choiceWords(c notify.Choice) string {
	if c.From != notify.Chosen {
		return severities[c.From]
	}
	labels := make([]string, len(c.Kinds))
	for i, k := range c.Kinds {
		labels[i] = k.Label()
	}
	return strings.Join(labels, ", ")
}

// grouped puts each message at its field, and gives all of them.
func grouped(groups []layout.FieldGroup, problems map[string]string) []ui.Field {
	var all []ui.Field
	for _, g := range groups {
		all = append(all, withProblems(g.Fields, problems)...)
	}
	return all
}
