package site

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
)

// What a request does has an end before its connection is closed without an answer, also what a POST does.
func TestGETsAndPOSTsHaveALimitForTheWholeRequest(t *testing.T) {
	t.Parallel()
	for method, want := range map[string]time.Duration{http.MethodGet: pageLimit, http.MethodPost: postLimit} {
		e := echo.New()
		var left time.Duration
		route{method: method, path: "/x", open: true, handle: func(c echo.Context) error {
			if at, ok := c.Request().Context().Deadline(); ok {
				left = time.Until(at)
			}
			return c.NoContent(http.StatusNoContent)
		}}.add(e.Group(""), nil)
		e.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), method, "/x", nil))
		if left <= want-time.Minute/2 || left > want || want >= writeLimit {
			t.Errorf("%s has %s, want %s", method, left, want)
		}
	}
}
