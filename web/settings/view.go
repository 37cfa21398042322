package settings

import (
	"time"

	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/views/layout"
	views "seatledger/views/settings"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// frame is the page around every settings screen. An error on it shows in the window's title.
func (h Handlers) frame(c echo.Context, title string, summary ui.ErrorSummary) layout.Page {
	p := session.Page(c, title, "")
	p.HasErrors = summary.Any()
	return p
}

func tabs(c echo.Context, here string) ui.Tabs {
	t := ui.Tabs{Label: "Settings", Items: []ui.Tab{{Label: "Overview", Href: path}}}
	if session.User(c).Role == auth.Admin {
		t.Items = append(t.Items, ui.Tab{Label: "General", Href: generalPath},
			ui.Tab{Label: "Company", Href: companyPath}, ui.Tab{Label: "Tax", Href: taxPath},
			ui.Tab{Label: "Mail", Href: mailPath},
			ui.Tab{Label: hooksTitle, Href: hooksPath}, ui.Tab{Label: "Users", Href: usersPath},
			ui.Tab{Label: signInTitle, Href: signInPath}, ui.Tab{Label: tokensTitle, Href: tokensPath},
			ui.Tab{Label: eyesTitle, Href: eyesPath},
			ui.Tab{Label: "Single sign-on", Href: ssoPath}, ui.Tab{Label: secretsTitle, Href: secretsPath})
	}
	t.Items = append(t.Items, ui.Tab{Label: "Your profile", Href: profilePath})
	for i := range t.Items {
		t.Items[i].Active = t.Items[i].Href == here
	}
	return t
}

// withProblems puts each message at its field.
func withProblems(fields []ui.Field, problems map[string]string) []ui.Field {
	for i := range fields {
		fields[i].Error = problems[fields[i].Name]
	}
	return fields
}

func (h Handlers) moment(t time.Time) ui.Time { return httpx.Moment(t, h.Zone) }

func (h Handlers) momentCell(t *time.Time) ui.Cell {
	if t == nil {
		return ui.Cell{}
	}
	return ui.Of(h.moment(*t))
}

// signInCell is when somebody signed in last, with the true time below it where the clock was moved.
func (h Handlers) signInCell(u auth.User) ui.Cell {
	return h.besideTrue(h.momentCell(u.LastSignIn), u.LastSignInTrue)
}

func (h Handlers) besideTrue(cell ui.Cell, at *time.Time) ui.Cell {
	if at != nil {
		cell.Sub = "in truth " + h.moment(*at).Text
	}
	return cell
}

// stale tells that somebody else saved meanwhile, and shows both versions.
func stale(who string, rows []ui.Diff) *views.Stale {
	if who == "" {
		who = "Somebody else"
	}
	return &views.Stale{
		Note: ui.Callout{Tone: ui.Warn, Title: who + " saved this while you were editing",
			Text: "Nothing of yours was saved. Compare both versions; saving now puts yours over theirs."},
		Diff: ui.DiffTable{Caption: "Both versions", Before: "What stands now", After: "What you typed", Rows: rows},
	}
}
