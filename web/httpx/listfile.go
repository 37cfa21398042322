package httpx

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"seatledger/internal/listing"
	"seatledger/internal/postgres"
	"seatledger/internal/words"
	"seatledger/internal/workbook"
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// ListFile streams the file of a list: every record that the query lets through, from one
// snapshot; as a workbook where the address ends in .xlsx, else as CSV.
func ListFile[R any](c echo.Context, db *postgres.DB, l *listing.List[R], q ListQuery) error {
	if strings.HasSuffix(c.Request().URL.Path, ".xlsx") {
		return listWorkbook(c, db, l, q)
	}
	if err := given(c, l.Name+".csv"); err != nil {
		return err
	}
	s := &csvStream{download: newDownload(c, l.Name+".csv", csvType), columns: len(l.Header())}
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

const workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// listWorkbook streams a list as a workbook; one with more records than a sheet holds is refused
// before anything is sent, and the CSV offered.
func listWorkbook[R any](c echo.Context, db *postgres.DB, l *listing.List[R], q ListQuery) error {
	ctx := c.Request().Context()
	n, err := l.Count(ctx, db.Read(ctx), q.Query, workbook.MaxRows)
	if err != nil {
		return err
	}
	if n >= workbook.MaxRows {
		return tooLong(c, l.Many, q)
	}
	if err := given(c, l.Name+".xlsx"); err != nil {
		return err
	}
	s := newDownload(c, l.Name+".xlsx", workbookType)
	if c.Request().Method == http.MethodHead {
		return s.begin()
	}
	book, err := workbook.New(&s.buffer, upper(l.Many), workbookColumns(l.Header(), l.Kinds()))
	if err != nil {
		return err
	}
	err = l.EachValue(ctx, db, q.Query, func(values [][]byte) error {
		if err := book.Row(values); err != nil || !s.full() {
			return err
		}
		return s.send()
	})
	if err == nil {
		err = book.Close()
	}
	if err == nil {
		err = s.send()
	}
	return s.end(err)
}

func workbookColumns(header []string, kinds []listing.Kind) []workbook.Column {
	out := make([]workbook.Column, len(header))
	for i, name := range header {
		out[i] = workbook.Column{Name: name, Kind: map[listing.Kind]workbook.Kind{
			listing.Whole: workbook.Number, listing.Amount: workbook.Number, listing.Day: workbook.Day,
			listing.Moment: workbook.Moment, listing.YesNo: workbook.YesNo}[kinds[i]]}
	}
	return out
}

func tooLong(c echo.Context, many string, q ListQuery) error {
	p := layout.Problem{Status: http.StatusConflict, RequestID: RequestID(c), Back: q.With("", ""),
		Text: fmt.Sprintf("These are more %s than the %s rows that a sheet of a workbook holds, so none was made. "+
			"Narrow the list, or take all of them as CSV.", many, words.Count(workbook.MaxRows-1)),
		Offer: &ui.LinkButton{Text: "Take the CSV", Href: q.address(q.Path+".csv", q.told()), Icon: "download"}}
	return Render(c, p.Status, p.In(Page(c, "Too many rows for a workbook")))
}
