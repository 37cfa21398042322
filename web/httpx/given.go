package httpx

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"
)

const givenKey = "httpx.given"

// Given is told of each file before anything of it leaves; what it refuses is not given.
type Given func(c echo.Context, name string) error

// WithGiven is the middleware that has somebody told of each file that is given out.
func WithGiven(tell Given) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			c.Set(givenKey, tell)
			return next(c)
		}
	}
}

// given tells of a file that is about to leave. A HEAD takes nothing away.
func given(c echo.Context, name string) error {
	tell, _ := c.Get(givenKey).(Given)
	if tell == nil || c.Request().Method == http.MethodHead {
		return nil
	}
	return tell(c, name)
}

// How a browser takes a file.
const (
	Shown = "inline"     // in its own viewer
	Taken = "attachment" // onto the disk
)

// Give gives a file that is whole already.
func Give(c echo.Context, how, name, kind string, content []byte) error {
	if err := given(c, name); err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, fmt.Sprintf("%s; filename=%q", how, name))
	return c.Blob(http.StatusOK, kind, content)
}
