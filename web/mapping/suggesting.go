package mapping

import (
	"fmt"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seatledger/internal/mapping"
	"seatledger/internal/runs"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// suggesting tells, above the queue, of which providers suggestions are being made and how far that is, and where it
// failed.
func suggesting(all []mapping.UnderWay) []templ.Component {
	var out []templ.Component
	for _, u := range all {
		if u.State.Finished() {
			out = append(out, ui.Callout{Tone: ui.Warn, Title: "Suggestions for " + u.Provider + " could not be made",
				Text: u.Message + " Earlier ones are kept. It is tried again within five minutes."})
			continue
		}
		p := suggested(u.Run)
		out = append(out, ui.LiveProgress{Src: path + "/suggestions/" + u.ID.String() + "/events",
			Progress: ui.Progress{Label: "Suggestions for " + u.Provider, Text: p.Text, Done: p.Done, Total: p.Total,
				Tone: ui.Info}})
	}
	return out
}

// suggested is how far a run is, in words. Whoever decides meanwhile keeps the page as it is when the run ends.
func suggested(r mapping.Run) httpx.Progress {
	p := httpx.Progress{Total: r.Accounts, Final: r.State.Finished(), Stay: true}
	switch {
	case r.State == runs.Succeeded:
		p.Done, p.Text = r.Accounts, "Made for "+words.Counted(r.Accounts,
			"account")+". Load the page again to see all."
		if r.Accounts == 0 {
			p.Done, p.Total, p.Text = 1, 1, "Made; no account waits for one."
		}
	case p.Final:
		p.Text = "Could not be made. " + r.Message
	case r.Suggested > 0:
		p.Done, p.Text = r.Suggested, fmt.Sprintf("Suggesting: %s of %s", words.Count(r.Suggested),
			words.Count(r.Accounts))
	case r.Accounts > 0 && r.Compared == r.Accounts && r.Mapped > 0:
		p.Done, p.Text = 0, words.Counted(r.Mapped, "account")+" mapped, as they are certain"
	case r.Accounts > 0:
		p.Done, p.Text = r.Compared, fmt.Sprintf("Comparing: %s of %s", words.Count(r.Compared),
			words.Count(r.Accounts))
	case r.State == runs.Running:
		p.Text = "Reading both sides"
	default:
		p.Text = "Waiting for a worker"
	}
	return p
}

// Suggesting streams how far a making of suggestions is.
func (h Handlers) Suggesting(c echo.Context) error {
	run, err := id(c)
	if err != nil {
		return err
	}
	ctx, hash := c.Request().Context(), session.Hash(c)
	return httpx.Follow(c, func() bool { return h.Sessions.StillValid(ctx, hash) }, func() (httpx.Progress, error) {
		r, err := mapping.GetRun(ctx, h.DB.Read(ctx), run)
		return suggested(r), err
	})
}
