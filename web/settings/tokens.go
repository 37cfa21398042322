package settings

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"seatledger/internal/token"
	views "seatledger/views/settings"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

func (h Handlers) tokens() token.Service { return token.Service{DB: h.DB, Clock: h.Clock} }

const (
	tokenOnce   = "token" // under which a new token is kept for one page
	usualDays   = 90
	areaOf      = "area_"
	tokensTitle = "API tokens"
)

// Tokens lists the tokens of programs, and has the form for another one. A new one is shown this once.
func (h Handlers) Tokens(c echo.Context) error {
	secret := ""
	if c.Request().Method == http.MethodGet {
		secret = session.TakeSecret(c, tokenOnce)
	}
	return h.tokensPage(c, http.StatusOK, token.New{Days: usualDays}, nil, secret)
}

// MakeToken makes a token and leads to the page that shows it once.
func (h Handlers) MakeToken(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	in := token.New{Name: form.Get("name")}
	in.Days, _ = strconv.Atoi(form.Get("days")) // what is no number is refused as 0
	for _, a := range token.Areas() {
		if form.On(areaOf + string(a)) {
			in.Areas = append(in.Areas, a)
		}
	}
	t, secret, err := h.tokens().Make(c.Request().Context(), session.Actor(c), in)
	if messages, refused := httpx.Refused(err); refused {
		return h.tokensPage(c, http.StatusUnprocessableEntity, in, messages, "")
	}
	if err != nil {
		return err
	}
	if err := session.KeepSecret(c, tokenOnce, secret); err != nil {
		return err
	}
	return httpx.Done(c, tokensPath, "The token "+t.Name+" was made. Copy it now.")
}

// RevokeToken takes a token back.
func (h Handlers) RevokeToken(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	t, err := h.tokens().Revoke(c.Request().Context(), session.Actor(c), id)
	if err != nil {
		return err
	}
	return httpx.Done(c, tokensPath, "The token "+t.Name+" opens nothing any more.")
}

func (h Handlers) tokensPage(c echo.Context, status int, in token.New, problems map[string]string,
	secret string) error {
	all, err := h.tokens().List(c.Request().Context())
	if err != nil {
		return err
	}
	fields := withProblems(tokenFields(in), problems)
	summary := ui.Summarize(problems, fields...)
	m := views.Tokens{Frame: h.frame(c, tokensTitle, summary), Tabs: tabs(c, tokensPath), Summary: summary,
		Table: h.tokenTable(all),
		Make:  views.Edit{Form: ui.Form{Action: tokensPath, Save: "Make the token"}, Fields: fields}}
	m.Frame.Lead = fmt.Sprintf("A program sends a token as Authorization: Bearer ... and reads the CSV files of the "+
		"lists of its areas, %d times a minute. It changes nothing.", token.PerMinute)
	if secret != "" {
		m.Made = &views.Made{Note: ui.Callout{Tone: ui.Good, Title: "The new token, shown this once",
			Text: "Copy it to where the program keeps its secrets. Seatledger keeps only its hash."},
			Facts: ui.DefinitionList{Items: []ui.Definition{{Term: "Token", Value: ui.Cell{Text: secret, Mono: true}}}}}
	}
	return httpx.Render(c, status, m.Page())
}

func tokenFields(in token.New) []ui.Field {
	fields := []ui.Field{{Name: "name", Label: "Name", Value: in.Name, Required: true, Size: ui.Medium,
		Hint: "As that of the program that will use it."}}
	for _, a := range token.Areas() {
		f := ui.Field{Kind: ui.Checkbox, Name: areaOf + string(a), Label: a.Label(), Hint: a.Explains()}
		for _, chosen := range in.Areas {
			f.Checked = f.Checked || chosen == a
		}
		fields = append(fields, f)
	}
	days := ui.Field{Kind: ui.NumberInput, Name: "days", Label: "Lives for", Required: true, Size: ui.Short,
		Suffix: "days", Hint: fmt.Sprintf("At most %d. A week before the end the bell says so.", token.MaxDays)}
	if in.Days != 0 {
		days.Value = strconv.Itoa(in.Days)
	}
	return append(fields, days)
}

func (h Handlers) tokenTable(all []token.Token) ui.Table {
	t := ui.Table{Caption: tokensTitle, Plain: true, Columns: []ui.Column{{Label: "Name"}, {Label: "Reads"},
		{Label: "State"}, {Label: "Made"}, {Label: "Expires", Nowrap: true}, {Label: "Last used", Nowrap: true},
		{Label: "Revoke", Hidden: true}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No tokens yet",
			Text: "Make one for each program that reads lists, so that each can be taken back by itself."}}
	for _, x := range all {
		state := h.tokenState(x)
		row := ui.Row{Muted: state.Tone != ui.Good, Cells: []ui.Cell{ui.TextCell(x.Name), ui.TextCell(areaWords(x)),
			{Badges: []ui.Badge{state}}, made(h.moment(x.MadeAt), x.MadeBy), h.momentCell(&x.ExpiresAt),
			used(h.momentCell(x.LastUsedAt), x.LastAddress), {}}}
		if x.RevokedAt == nil {
			row.Cells[6] = ui.Of(ui.PostButton{Button: ui.Button{Text: "Revoke " + x.Name,
				Action: tokensPath + "/" + x.ID.String() + "/revoke", Compact: true}})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func areaWords(t token.Token) string {
	var out []string
	for _, a := range t.Areas {
		out = append(out, token.Area(a).Label())
	}
	return strings.Join(out, ", ")
}

func (h Handlers) tokenState(t token.Token) ui.Badge {
	switch {
	case t.RevokedAt != nil:
		return ui.Badge{Text: "revoked by " + t.RevokedBy, Tone: ui.Neutral}
	case !t.ExpiresAt.After(h.Clock.Now()):
		return ui.Badge{Text: "expired", Tone: ui.Neutral}
	case !t.MakerActive:
		return ui.Badge{Text: "refused: " + t.MadeBy + " is no longer an administrator", Tone: ui.Warn}
	}
	return ui.Badge{Text: "in force", Tone: ui.Good}
}

func made(at ui.Time, by string) ui.Cell {
	cell := ui.Of(at)
	cell.Sub = "by " + by
	return cell
}

func used(cell ui.Cell, from string) ui.Cell {
	if from != "" {
		cell.Sub = "from " + from
	}
	return cell
}
