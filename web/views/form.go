package views

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/savedview"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	pages "seatledger/views/savedviews"
)

// sheet is the form of a view: of a kept one, or of one to keep.
type sheet struct {
	view     *savedview.View // nil: it is new
	draft    savedview.Draft
	from     string // the view that one came by
	problems map[string]string
}

func (h Handlers) form(c echo.Context, status int, s sheet) error {
	u := session.User(c)
	m := pages.Edit{Page: session.Page(c, "Keep this view", listName(s.draft.List)), Fields: fields(u, s),
		Facts: ui.DefinitionList{Items: []ui.Definition{{Term: "List", Value: ui.LinkCell(listLabel(c, s.draft.List),
			listHref(s.draft))}, ui.Fact("Shows", described(s.draft.Query))}},
		Form: ui.Form{Action: path, Save: "Keep view", Cancel: listHref(s.draft), Hidden: []ui.Pair{
			{Name: "list", Value: s.draft.List}, {Name: "query", Value: s.draft.Query}}}}
	if v := s.view; v != nil {
		m.Page.Title = v.Name
		m.Form = ui.Form{Action: viewPath(v.ID), Save: "Save view", Cancel: path,
			Version: strconv.Itoa(s.draft.Version)}
		m.Delete = &ui.PostButton{Button: ui.Button{Text: "Delete view", Weight: ui.Destructive,
			Action: viewPath(v.ID) + "/delete", Confirm: deletes(*v)}}
	} else if over, err := h.over(c, s); err != nil {
		return err
	} else if over != nil {
		m.Over = over
	}
	m.Page.Kicker, m.Page.Narrow = "View", true
	m.Page.Crumbs = []layout.Crumb{{Label: "Views", Href: path}}
	m.Summary = ui.Summarize(s.problems, m.Fields...)
	m.Page.HasErrors = m.Summary.Any()
	return httpx.Render(c, status, m.Show())
}

// over offers to keep the changes in the view that one came by; nil where one may not.
func (h Handlers) over(c echo.Context, s sheet) (*ui.PostButton, error) {
	id, err := uuid.Parse(s.from)
	if err != nil {
		return nil, nil //nolint:nilerr // one came by none
	}
	ctx := c.Request().Context()
	all, err := savedview.Of(ctx, h.DB.Read(ctx), session.User(c))
	if err != nil {
		return nil, err
	}
	for _, v := range all {
		if v.ID == id && v.MayChange(session.User(c)) && v.List == s.draft.List && v.Query != s.draft.Query {
			return &ui.PostButton{Button: ui.Button{Text: "Keep this in “" + v.Name + "”",
				Action: viewPath(id) + "/point"}, Hidden: []ui.Pair{{Name: "query", Value: s.draft.Query}}}, nil
		}
	}
	return nil, nil
}

func deletes(v savedview.View) string {
	if v.Shared {
		return "Delete the view “" + v.Name + "” for everybody? No row of the list is touched."
	}
	return "Delete the view “" + v.Name + "”? No row of the list is touched."
}

func fields(u auth.User, s sheet) []ui.Field {
	out := []ui.Field{{Name: "name", Label: "Name", Value: s.draft.Name, Required: true, Size: ui.Medium,
		Hint: "As it stands in the menu and at the side."},
		{Kind: ui.Checkbox, Name: "pinned", Label: "At my side", Checked: s.draft.Pinned,
			Hint: "Under its list in the menu of pages."}}
	if savedview.MayShare(u.Role) || s.draft.Shared {
		out = append(out, ui.Field{Kind: ui.Checkbox, Name: "shared", Label: "Shared", Checked: s.draft.Shared,
			Hint: "Everybody may use it. You and administrators may change it."})
	}
	if savedview.MaySetUsual(u.Role) {
		for _, r := range auth.Roles() {
			out = append(out, ui.Field{Kind: ui.Checkbox, Name: usualName(r), Label: "Usual for the role " + r.Label(),
				Checked: slices.Contains(s.draft.Roles, r),
				Hint:    "The side leads to the list by this view; the list's own address shows all as before."})
		}
	}
	for i := range out {
		out[i].Error = s.problems[out[i].Name]
	}
	return out
}

func table(c echo.Context, all []savedview.View) ui.Table {
	t := ui.Table{Caption: "Views", Columns: []ui.Column{{Label: "View"}, {Label: "List"}, {Label: "Shows"},
		{Label: "Whose"}, {Label: "Usual for"}, {Label: "Actions", Hidden: true}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No views yet",
			Text:   "Narrow, sort or arrange a list, and choose “Save this view” in its menu “View”.",
			Action: &ui.LinkButton{Text: "Open the subscriptions", Href: at.Subscriptions}}}
	u := session.User(c)
	for _, v := range all {
		whose := v.Owner
		if v.Mine(u) {
			whose = "yours"
		}
		if v.Shared {
			whose += ", shared"
		}
		t.Rows = append(t.Rows, ui.Row{ID: v.ID.String(), Cells: []ui.Cell{
			ui.LinkCell(v.Name, session.ViewOf(v).Href()), ui.TextCell(listLabel(c, v.List)),
			ui.TextCell(described(v.Query)), ui.TextCell(whose), ui.TextCell(roleLabels(v)),
			ui.Of(actions(u, v))}})
	}
	return t
}

func roleLabels(v savedview.View) string {
	var out []string
	for _, r := range auth.Roles() {
		if v.UsualFor(r) {
			out = append(out, r.Label())
		}
	}
	return strings.Join(out, ", ")
}

// listLabel is what the side calls a list.
func listLabel(c echo.Context, list string) string {
	for _, s := range session.Navigation(session.User(c).Role) {
		for _, it := range s.Items {
			if it.Href == list {
				return it.Label
			}
		}
	}
	return listName(list)
}

func listName(list string) string { return strings.ReplaceAll(strings.Trim(list, "/"), "/", ", ") }

func listHref(d savedview.Draft) string {
	return httpx.SafeNext((&url.URL{Path: "/" + strings.TrimLeft(d.List, "/"), RawQuery: d.Query}).String())
}

// words writes parameters for a person: "review warn, sorted by -quantity".
func words(v url.Values) string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(v)) {
		value := v.Get(name)
		switch name {
		case "q":
			out = append(out, "“"+value+"”")
		case "sort":
			out = append(out, "sorted by "+strings.ReplaceAll(value, "_", " "))
		case "size":
			out = append(out, value+" rows a page")
		case "columns":
			out = append(out, "own columns")
		default:
			if _, err := uuid.Parse(value); err == nil {
				value = "chosen"
			}
			out = append(out, strings.ReplaceAll(name, "_", " ")+" "+strings.ReplaceAll(value, "_", " "))
		}
	}
	return strings.Join(out, ", ")
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

func actions(u auth.User, v savedview.View) pages.Actions {
	a := pages.Actions{Pin: ui.PostButton{Button: ui.Button{Text: "Pin to the side", Compact: true,
		Action: viewPath(v.ID) + "/pin"}, Hidden: []ui.Pair{{Name: "pinned", Value: "on"}}}}
	if v.Pinned {
		a.Pin.Text, a.Pin.Hidden = "Take from the side", nil
	}
	if v.MayChange(u) {
		a.Edit = &ui.LinkButton{Text: "Edit", Href: viewPath(v.ID), Compact: true}
	}
	return a
}
