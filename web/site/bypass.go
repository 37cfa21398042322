package site

import (
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"
)

// bypass notes in the trail what no page of ours sends, since somebody tries what they may not: a body over its bound,
// one that is no form, and a name that is not this server's. Each is a row a minute and place, with its count.
func bypass(refused func(ctx context.Context, address, why string) error) echo.MiddlewareFunc {
	why := map[int]string{http.StatusBadRequest: "what is no form",
		http.StatusRequestEntityTooLarge: "a body over its bound",
		http.StatusMisdirectedRequest:    "a name that is not this server's"}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			err := next(c)
			var said *echo.HTTPError
			if errors.As(err, &said) && why[said.Code] != "" {
				return errors.Join(err, refused(c.Request().Context(), c.RealIP(), why[said.Code]))
			}
			return err
		}
	}
}
