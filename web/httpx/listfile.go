package httpx

import (
	"encoding/csv"
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/listing"
	"seatledger/internal/postgres"
)

// ListFile streams the file of a list: every record that the query lets through, from one snapshot.
func ListFile[R any](c echo.Context, db *postgres.DB, l *listing.List[R], q ListQuery) error {
	s := &csvStream{c: c, filename: l.Name + ".csv", columns: len(l.Header()),
		ctl: http.NewResponseController(c.Response())}
	s.out = csv.NewWriter(&s.buffer)
	s.out.UseCRLF = true
	if err := s.out.Write(l.Header()); err != nil {
		return err
	}
	s.out.Flush()
	if c.Request().Method == http.MethodHead {
		return s.begin()
	}
	return s.finish(l.Each(c.Request().Context(), db, q.Query, s.fields))
}
