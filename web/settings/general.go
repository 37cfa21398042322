package settings

import (
	"cmp"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/internal/settings"
	views "seatledger/views/settings"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// generalInput is the form as typed.
type generalInput struct {
	GoneShare       string // percent
	ChangeShare     string // percent
	SurgeSeats      string
	DifferencesFrom string
	AutoMap         bool
	AutoMapScope    string
	Refunds         bool
	AccessRequestTo string
	KeepRunsDays    string
	Version         int
}

var scopeWords = map[string]string{
	string(settings.ByIdentity): "The same tenant id, or the same domain with one candidate on each side",
	string(settings.AllCertain): "Everything that the matcher calls certain",
}

// General shows the choices as a form.
func (h Handlers) General(c echo.Context) error {
	ctx := c.Request().Context()
	s, err := settings.Load(ctx, h.DB.Read(ctx))
	if err != nil {
		return err
	}
	return httpx.Render(c, http.StatusOK, h.generalPage(c, inputOf(s), nil).Page())
}

// SaveGeneral stores the choices.
func (h Handlers) SaveGeneral(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	in := readGeneral(form)
	if err := h.fillIn(c, form, &in); err != nil {
		return err
	}
	err = settings.Save(c.Request().Context(), h.DB, h.Clock, session.Actor(c), in.settings())
	switch {
	case errors.Is(err, settings.ErrStale):
		return h.generalStale(c, in)
	case errs.KindOf(err) == errs.Invalid:
		return httpx.Render(c, http.StatusUnprocessableEntity, h.generalPage(c, in, errs.FieldsOf(err)).Page())
	case err != nil:
		return err
	}
	return httpx.Done(c, generalPath, "The settings were saved.")
}

func (h Handlers) generalStale(c echo.Context, in generalInput) error {
	ctx := c.Request().Context()
	now, err := settings.Load(ctx, h.DB.Read(ctx))
	if err != nil {
		return err
	}
	stands := inputOf(now)
	in.Version = stands.Version
	page := h.generalPage(c, in, nil)
	page.Stale = stale(now.UpdatedBy, []ui.Diff{
		{Field: "Guard share", Before: stands.GoneShare + " %", After: in.GoneShare + " %"},
		{Field: "Share that may change at once", Before: stands.ChangeShare + " %", After: in.ChangeShare + " %"},
		{Field: "Sudden growth", Before: stands.SurgeSeats, After: in.SurgeSeats},
		{Field: "Map certain accounts", Before: yesNo(stands.AutoMap), After: yesNo(in.AutoMap)},
		{Field: "What may be mapped so", Before: scopeWords[stands.AutoMapScope], After: scopeWords[in.AutoMapScope]},
		{Field: "Refunds", Before: yesNo(stands.Refunds), After: yesNo(in.Refunds)},
		{Field: "Differences are told above", Before: stands.DifferencesFrom, After: in.DifferencesFrom},
		{Field: "Access-request mail", Before: stands.AccessRequestTo, After: in.AccessRequestTo},
		{Field: "Sync runs are kept", Before: stands.KeepRunsDays + " days", After: in.KeepRunsDays + " days"},
	})
	return httpx.Render(c, http.StatusConflict, page.Page())
}

func readGeneral(form httpx.Values) generalInput {
	version := form.Version()
	return generalInput{
		GoneShare: form.Get("gone_share"), ChangeShare: form.Get("change_share"),
		SurgeSeats: form.Get("surge_seats"), DifferencesFrom: form.Get("differences_from"),
		AutoMap:      form.On("auto_map"),
		AutoMapScope: cmp.Or(form.Get("auto_map_scope"), string(settings.ByIdentity)), Refunds: form.On("refunds"),
		AccessRequestTo: form.Get("access_request_to"), KeepRunsDays: keepDays(form), Version: version,
	}
}

// keepDays is the typed number of days; a form without the field means the default.
func keepDays(form httpx.Values) string {
	if !form.Has("keep_runs_days") {
		return strconv.Itoa(settings.Defaults().KeepRunsDays)
	}
	return strings.TrimSpace(form.Get("keep_runs_days"))
}

func inputOf(s settings.Settings) generalInput {
	return generalInput{
		GoneShare:   strconv.FormatFloat(s.GoneShare*100, 'f', -1, 64),
		ChangeShare: strconv.FormatFloat(s.ChangeShare*100, 'f', -1, 64), SurgeSeats: strconv.Itoa(s.SurgeSeats),
		DifferencesFrom: strconv.Itoa(s.DifferencesFrom),
		AutoMap:         s.AutoMap,
		AutoMapScope:    string(s.AutoMapScope), Refunds: s.Refunds,
		AccessRequestTo: s.AccessRequestTo, KeepRunsDays: strconv.Itoa(s.KeepRunsDays), Version: s.Version,
	}
}

func (in generalInput) settings() settings.Settings {
	surge, err := strconv.Atoi(strings.TrimSpace(in.SurgeSeats))
	if err != nil {
		surge = -1 // refused by the rule, with its own words
	}
	differences, err := strconv.Atoi(strings.TrimSpace(in.DifferencesFrom))
	if err != nil {
		differences = -1 // refused likewise
	}
	days, err := strconv.Atoi(in.KeepRunsDays)
	if err != nil || days == 0 {
		days = -1 // refused likewise
	}
	return settings.Settings{
		GoneShare: shareOf(in.GoneShare), ChangeShare: shareOf(in.ChangeShare), SurgeSeats: surge,
		DifferencesFrom: differences,
		AutoMap:         in.AutoMap, AutoMapScope: settings.Scope(in.AutoMapScope), Refunds: in.Refunds,
		AccessRequestTo: in.AccessRequestTo, KeepRunsDays: days, Version: in.Version,
	}
}

// fillIn leaves what a form does not ask about as it stands.
func (h Handlers) fillIn(c echo.Context, form httpx.Values, in *generalInput) error {
	ctx := c.Request().Context()
	now, err := settings.Load(ctx, h.DB.Read(ctx))
	stands := inputOf(now)
	if !form.Has("change_share") {
		in.ChangeShare = stands.ChangeShare
	}
	if !form.Has("surge_seats") {
		in.SurgeSeats = stands.SurgeSeats
	}
	if !form.Has("differences_from") {
		in.DifferencesFrom = stands.DifferencesFrom
	}
	return err
}

func shareOf(percent string) float64 {
	share, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(percent), "%"), 64)
	if err != nil {
		return math.NaN() // refused by the rule, with its own words
	}
	return share / 100
}

func (h Handlers) generalPage(c echo.Context, in generalInput, problems map[string]string) views.Edit {
	fields := withProblems([]ui.Field{
		{Kind: ui.NumberInput, Name: "gone_share", Label: "Guard against vanished records", Value: in.GoneShare,
			Suffix: "%", Size: ui.Short, Required: true,
			Hint: "A sync that would mark more than this share of a provider's records as gone stops and asks. " +
				"20 is a good start."},
		{Kind: ui.NumberInput, Name: "change_share", Label: "Guard against changes of many at once",
			Value: in.ChangeShare, Suffix: "%", Size: ui.Short, Required: true,
			Hint: "A sync that would change more than this share of seats, subscriptions or cost, and more than 5 " +
				"subscriptions of more than 2 customers, stops before it writes and asks. 10 is a good start."},
		{Kind: ui.NumberInput, Name: "surge_seats", Label: "Tell of a sudden growth above", Value: in.SurgeSeats,
			Suffix: "seats", Size: ui.Short, Required: true,
			Hint: "A subscription that grows tenfold and by more than this is taken over, told, and shown to the next " +
				"billing run."},
		{Kind: ui.NumberInput, Name: "differences_from", Label: "Tell of a bill's differences above",
			Value: in.DifferencesFrom, Size: ui.Short, Required: true,
			Hint: "What is to be decided about one supplier bill, in its currency. 0: never."},
		{Kind: ui.Toggle, Name: "auto_map", Label: "Map certain accounts by itself", Checked: in.AutoMap,
			Hint: "Never against a person's decision or a no, and never what is taken. " +
				"Each such mapping is recorded with what it rests on, and can be undone."},
		{Kind: ui.SelectBox, Name: "auto_map_scope", Label: "What may be mapped so", Value: in.AutoMapScope,
			Options: []ui.Option{
				{Value: string(settings.ByIdentity), Label: scopeWords[string(settings.ByIdentity)]},
				{Value: string(settings.AllCertain), Label: scopeWords[string(settings.AllCertain)]}},
			Hint: "The first is the stricter one."},
		{Kind: ui.Toggle, Name: "refunds", Label: "Refund seats that are taken back within a billed period",
			Checked: in.Refunds,
			Hint:    "Holds for contracts whose refund setting says “use global”."},
		{Name: "access_request_to", Label: "Access-request mail goes to", Value: in.AccessRequestTo,
			Hint: "The distributor's address that grants API access. Separate several with commas."},
		{Kind: ui.NumberInput, Name: "keep_runs_days", Label: "Sync runs are kept", Value: in.KeepRunsDays,
			Suffix: "days", Size: ui.Short, Required: true,
			Hint: "The night takes older ones away. A run that a change, a notice or another run points to stays."},
	}, problems)
	summary := ui.Summarize(problems, fields...)
	frame := h.frame(c, "General settings", summary)
	frame.Narrow = true
	return views.Edit{
		Frame: frame, Tabs: tabs(c, generalPath), Summary: summary, Fields: fields,
		Form: ui.Form{Action: generalPath, Version: strconv.Itoa(in.Version), Save: "Save settings", Cancel: path},
	}
}
