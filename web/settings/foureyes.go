package settings

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/internal/foureyes"
	"seatledger/internal/settings"
	views "seatledger/views/settings"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

const eyesTitle = "Four eyes"

// eyesInput is the form as typed.
type eyesInput struct {
	foureyes.Rules
	retire, price, credit string
}

func (h Handlers) fourEyes() foureyes.Service { return foureyes.Service{DB: h.DB, Clock: h.Clock} }

// FourEyes shows what needs a second person.
func (h Handlers) FourEyes(c echo.Context) error {
	ctx := c.Request().Context()
	r, err := foureyes.Load(ctx, h.DB.Read(ctx))
	if err != nil {
		return err
	}
	return h.eyesPage(c, http.StatusOK, eyesTyped(r), nil)
}

// SaveFourEyes stores it.
func (h Handlers) SaveFourEyes(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	in, problems := readEyes(form)
	if len(problems) > 0 {
		return h.eyesPage(c, http.StatusUnprocessableEntity, in, problems)
	}
	err = h.fourEyes().Save(c.Request().Context(), session.Actor(c), in.Rules)
	if messages, refused := httpx.Refused(err); refused {
		return h.eyesPage(c, http.StatusUnprocessableEntity, in, messages)
	}
	if errors.Is(err, settings.ErrStale) {
		return errs.New(errs.Conflict,
			"Somebody else saved this while you were editing. Nothing of yours was saved; "+
				"open the page again and compare.")
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, eyesPath, "The rules of four eyes were saved.")
}

func eyesTyped(r foureyes.Rules) eyesInput {
	return eyesInput{r, r.RetireLimits.String(), r.PriceLimits.String(), r.CreditLimits.String()}
}

func readEyes(form httpx.Values) (eyesInput, errs.Fields) {
	problems := errs.Fields{}
	in := eyesInput{retire: form.Get("retire_limits"), price: form.Get("price_limits"),
		credit: form.Get("credit_limits")}
	in.On, in.Retire, in.Price, in.Credit, in.Runs = form.On("on"), form.On("retire"), form.On("price"),
		form.On("credit"), form.On("runs")
	in.Saved.Version = form.Version()
	for name, into := range map[string]struct {
		text string
		to   *foureyes.Limits
	}{"retire_limits": {in.retire, &in.RetireLimits}, "price_limits": {in.price, &in.PriceLimits},
		"credit_limits": {in.credit, &in.CreditLimits}} {
		limits, err := foureyes.ParseLimits(into.text)
		if err != nil {
			problems.Add(name, "%s", errs.Public(err))
		}
		*into.to = limits
	}
	return in, problems
}

func (h Handlers) eyesPage(c echo.Context, status int, in eyesInput, problems map[string]string) error {
	const up = "Up to these amounts one person is enough, as 1000 EUR, 1200 USD. A currency that is not named has 0."
	fields := withProblems([]ui.Field{
		{Kind: ui.Toggle, Name: "on", Label: "A second person grants what is chosen here", Checked: in.On,
			Hint: "Who asks never grants, nor does an account that they made, or whose password, role, address or " +
				"factors they set within 30 days before. Once it is on, it is made looser only with a second " +
				"person's " +
				"grant, and such hands count both ways."},
		{Kind: ui.Checkbox, Name: "retire", Label: "Retiring many subscriptions at once", Checked: in.Retire},
		{Name: "retire_limits", Label: "Retiring, by what they bring in a month", Value: in.retire, Hint: up},
		{Kind: ui.Checkbox, Name: "price", Label: "Price changes", Checked: in.Price},
		{Name: "price_limits", Label: "Price changes, by what changes a month", Value: in.price, Hint: up},
		{Kind: ui.Checkbox, Name: "credit", Label: "Credits, and voids of what is out", Checked: in.Credit},
		{Name: "credit_limits", Label: "Credits, by their amount", Value: in.credit, Hint: up},
		{Kind: ui.Checkbox, Name: "runs", Label: "Billing what a billing run found unusual", Checked: in.Runs},
	}, problems)
	summary := ui.Summarize(problems, fields...)
	frame := h.frame(c, eyesTitle, summary)
	frame.Narrow = true
	frame.Lead = "Off, nothing here holds anybody up."
	return httpx.Render(c, status, views.Edit{Frame: frame, Tabs: tabs(c, eyesPath), Summary: summary, Fields: fields,
		Form: ui.Form{Action: eyesPath, Version: strconv.Itoa(in.Saved.Version), Save: "Save the rules",
			Cancel: path}}.Page())
}
