package audit

import (
	"github.com/labstack/echo/v4"

	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/web/session"
)

// objectHref leads to what an entry is about, where it has a page of its own that
// the reader may open.
func objectHref(c echo.Context, e audit.Entry) string {
	if e.ObjectType == "user" && !auth.Allowed(session.User(c).Role, auth.Admin) {
		return ""
	}
	return session.ObjectHref(e.ObjectType, e.ObjectID)
}
