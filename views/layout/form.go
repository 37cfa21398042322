package layout

import "seatledger/views/ui"

// Form is the page with the form of a new or standing record.
type Form struct {
	Page    Page
	Summary ui.ErrorSummary
	Stale   *ui.DiffTable // what stands now beside what was typed; nil: nobody saved in between
	Remark  *ui.Callout
	Form    ui.Form
	Groups  []FieldGroup
}

// FieldGroup is a titled part of a form.
type FieldGroup struct {
	ui.Group
	Fields []ui.Field
}

// Summarize lists the problems, by field, over the form.
func (m *Form) Summarize(problems map[string]string) {
	m.Summary = ui.Summarize(problems, fields(m.Groups)...)
	m.Page.HasErrors = m.Summary.Any()
}

// Overtaken sets what stands now, as the same groups show it, beside what was typed.
func (m *Form) Overtaken(now []FieldGroup) {
	m.Stale = &ui.DiffTable{Caption: "What stands now and what you typed", Before: "Stands now", After: "You typed"}
	typed := fields(m.Groups)
	for i, f := range fields(now) {
		m.Stale.Rows = append(m.Stale.Rows, ui.Diff{Field: f.Label, Before: f.Text(), After: typed[i].Text()})
	}
}

func fields(groups []FieldGroup) []ui.Field {
	var out []ui.Field
	for _, g := range groups {
		out = append(out, g.Fields...)
	}
	return out
}

var staleNote = ui.Callout{
	Tone: ui.Warn, Title: "Somebody else has saved this since you opened it",
	Text: "Nothing of yours was saved. Compare, change the form below where needed, and save again to put your " +
		"values in place of theirs.",
}

// Confirm is the page before a step that cannot simply be taken back.
type Confirm struct {
	Page Page
	Form ui.ConfirmForm
}
