package audit

import (
	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/web/session"
)

// objectHref leads to what an entry is about, where it has a page of its own that
// the reader may open.
func objectHref(role auth.Role, e audit.Entry) string {
	if e.ObjectType == "user" && !auth.Allowed(role, auth.Admin) {
		return ""
	}
	return session.ObjectHref(e.ObjectType, e.ObjectID)
}
