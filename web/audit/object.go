package audit

import (
	"github.com/labstack/echo/v4"

	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/web/at"
	"seatledger/web/session"
)

// objectHref leads to what an entry is about, where it has a page of its own that
// the reader may open.
func objectHref(c echo.Context, e audit.Entry) string {
	admin := auth.Allowed(session.User(c).Role, auth.Admin)
	switch {
	case e.ObjectType == "user" && !admin:
		return ""
	case e.ObjectType == "token" && admin:
		return at.Settings + "/tokens"
	}
	return session.ObjectHref(e.ObjectType, e.ObjectID)
}
