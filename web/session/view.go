package session

import (
	"github.com/labstack/echo/v4"

	"seatledger/views/layout"
	views "seatledger/views/session"
	"seatledger/views/ui"
	"seatledger/web/httpx"
)

// door puts fields and what is wrong with them on a bare page.
func (h Handlers) door(c echo.Context, title string, fields []ui.Field, problems map[string]string) views.Door {
	for i := range fields {
		fields[i].Error = problems[fields[i].Name]
	}
	summary := ui.Summarize(problems, fields...)
	return views.Door{
		Frame:   layout.Bare{Title: title, HasErrors: summary.Any(), Theme: httpx.Theme(c), Version: h.Manager.o.Version},
		Summary: summary,
		Fields:  fields,
	}
}
