package site

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/labstack/echo/v4"
)

func TestAPanicInTheMiddleOfAFileBreaksTheConnection(t *testing.T) {
	t.Parallel()
	e := echo.New()
	e.Use(recovered(slog.New(slog.DiscardHandler)))
	e.GET("/half.csv", func(c echo.Context) error {
		c.Response().WriteHeader(http.StatusOK)
		_, _ = io.WriteString(c.Response(), "id\r\n1\r\n")
		c.Response().Flush()
		panic("no more")
	})
	e.GET("/nothing", func(echo.Context) error { panic("no answer yet") })
	srv := httptest.NewServer(e)
	defer srv.Close()
	if _, err := read(t, srv.URL+"/half.csv"); err == nil {
		t.Error("half a file ended like a whole one")
	}
	if status, err := read(t, srv.URL+"/nothing"); err != nil || status != http.StatusInternalServerError {
		t.Errorf("before the first byte: %d, %v", status, err)
	}
}

func read(t *testing.T, url string) (int, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, err = io.ReadAll(res.Body)
	return res.StatusCode, err
}
