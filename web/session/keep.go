package session

import "github.com/labstack/echo/v4"

const keptPrefix = "kept."

// Keep stores a text in the present session, as what a step came to, until another of
// the same name takes its place or the session ends.
func Keep(c echo.Context, name, text string) {
	if m := managerOf(c); m != nil && User(c).Role != "" {
		m.scs.Put(c.Request().Context(), keptPrefix+name, text)
	}
}

// Kept gives it back; empty when there is none.
func Kept(c echo.Context, name string) string {
	if m := managerOf(c); m != nil {
		return m.scs.GetString(c.Request().Context(), keptPrefix+name)
	}
	return ""
}
