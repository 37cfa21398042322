package session

import (
	"github.com/labstack/echo/v4"

	views "seatledger/views/session"
	"seatledger/views/ui"
	"seatledger/web/httpx"
)

// door puts fields and what is wrong with them on a bare page.
func (h Handlers) door(c echo.Context, title string, fields []ui.Field, problems map[string]string) views.Door {
	return door(c, h.Manager.o.Version, title, fields, problems)
}

func door(c echo.Context, version, title string, fields []ui.Field, problems map[string]string) views.Door {
	for i := range fields {
		fields[i].Error = problems[fields[i].Name]
	}
	summary := ui.Summarize(problems, fields...)
	frame := httpx.Bare(c, title)
	frame.HasErrors, frame.Version = summary.Any(), version
	return views.Door{
		Frame:   frame,
		Summary: summary,
		Fields:  fields,
	}
}
