package settings

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"seatledger/internal/letters"
	"seatledger/internal/mail"
	"seatledger/internal/settings"
	"seatledger/views/layout"
	views "seatledger/views/settings"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

const wishesPath = profilePath + "/notices"

// Wishes shows of which notices a person wants mail, and when.
func (h Handlers) Wishes(c echo.Context) error {
	w, err := h.wish(c)
	if err != nil {
		return err
	}
	return h.wishesPage(c, http.StatusOK, typedWish(w), nil, nil)
}

func (h Handlers) wish(c echo.Context) (letters.Wish, error) {
	ctx := c.Request().Context()
	return h.Letters.WishOf(ctx, h.DB.Read(ctx), session.User(c).ID)
}

func typedWish(w letters.Wish) letters.WishInput {
	return letters.WishInput{Choice: w.Choice, Daily: w.Daily, Quiet: w.Quiet, Zone: w.Zone, Version: w.Version,
		DailyAt: letters.MinuteText(w.DailyAt), QuietFrom: letters.MinuteText(w.QuietFrom),
		QuietUntil: letters.MinuteText(w.QuietUntil)}
}

// SaveWishes stores it.
func (h Handlers) SaveWishes(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	in := letters.WishInput{Choice: readChoice(form), Daily: form.Get("daily") == "yes", Quiet: form.On("quiet"),
		DailyAt: form.Get("daily_at"), QuietFrom: form.Get("quiet_from"), QuietUntil: form.Get("quiet_until"),
		Zone: form.Get("zone"), Version: form.Version()}
	err = h.Letters.SaveWish(c.Request().Context(), session.Actor(c), session.User(c).ID, in)
	if messages, refused := httpx.Refused(err); refused {
		return h.wishesPage(c, http.StatusUnprocessableEntity, in, messages, nil)
	}
	if errors.Is(err, settings.ErrStale) {
		now, err := h.wish(c)
		if err != nil {
			return err
		}
		was := typedWish(now)
		typed := in
		in.Version = now.Version
		return h.wishesPage(c, http.StatusConflict, in, nil, stale(session.User(c).Name, []ui.Diff{
			{Field: "Notices", Before: choiceWords(was.Choice), After: choiceWords(typed.Choice)},
			{Field: "When", Before: whenWords(was), After: whenWords(typed)}}))
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, wishesPath, "Saved. Mail begins with what is told from now on.")
}

func whenWords(in letters.WishInput) string {
	switch {
	case in.Daily:
		return "once a day at " + in.DailyAt + ", " + in.Zone
	case in.Quiet:
		return "at once, quiet from " + in.QuietFrom + " until " + in.QuietUntil + ", " + in.Zone
	}
	return "at once"
}

func (h Handlers) wishesPage(c echo.Context, status int, in letters.WishInput, problems map[string]string,
	overtaken *views.Stale) error {
	ctx := c.Request().Context()
	daily := "no"
	if in.Daily {
		daily = "yes"
	}
	groups := append(choiceGroups(in.Choice, true), layout.FieldGroup{Group: ui.Group{Title: "When"},
		Fields: []ui.Field{
			{Kind: ui.RadioGroup, Name: "daily", Label: "How often", Value: daily, Options: []ui.Option{
				{Value: "no", Label: "At once", Hint: "What comes within two minutes stands in one mail."},
				{Value: "yes", Label: "Once a day", Hint: "One mail with what came since the last one."}}},
			{Name: "daily_at", Label: "Once a day at", Value: in.DailyAt, Size: ui.Short, Placeholder: "08:00"},
			{Kind: ui.Toggle, Name: "quiet", Label: "Quiet hours", Checked: in.Quiet,
				Hint: "What comes then is mailed when they end. They count for mail at once."},
			{Name: "quiet_from", Label: "Quiet from", Value: in.QuietFrom, Size: ui.Short, Placeholder: "20:00"},
			{Name: "quiet_until", Label: "Quiet until", Value: in.QuietUntil, Size: ui.Short, Placeholder: "07:00"},
			{Name: "zone", Label: "Your time zone", Value: in.Zone, Size: ui.Medium,
				Placeholder: "America/New_York"},
		}})
	// When comes before the long list of kinds.
	groups[1], groups[2] = groups[2], groups[1]
	summary := ui.Summarize(problems, grouped(groups, problems)...)
	frame := h.frame(c, "Notices by mail", summary)
	frame.Narrow = true
	frame.Crumbs = []layout.Crumb{{Label: "Your profile", Href: profilePath}}
	frame.Lead = "To " + session.User(c).Email + ". The bell shows every notice, whatever stands here."
	srv, _, err := mail.Load(ctx, h.DB.Read(ctx))
	if err != nil {
		return err
	}
	if !srv.Ready() {
		frame.Flash = append(frame.Flash, layout.Notice{Tone: ui.Warn,
			Text: "No mail server is set up, so nothing is mailed yet. An administrator enters it under Settings, Mail."})
	}
	return httpx.Render(c, status, views.Grouped{Frame: frame, Tabs: tabs(c, profilePath), Summary: summary,
		Stale: overtaken, Groups: groups,
		Form: ui.Form{Action: wishesPath, Version: strconv.Itoa(in.Version), Save: "Save",
			Cancel: profilePath}}.Page())
}
