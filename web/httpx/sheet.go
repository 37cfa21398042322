package httpx

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"seatledger/internal/listing"
	"seatledger/internal/workbook"
)

// SheetRow writes one row of a sheet, a value for each column, empty where it is unknown.
type SheetRow func(values ...string) error

// Sheet streams what is no list as a workbook where the address ends in .xlsx, else as CSV. kinds say what the columns
// hold, so that words of strangers are made safe and numbers stay numbers.
func Sheet(c echo.Context, name string, header []string, kinds []listing.Kind, rows func(write SheetRow) error) error {
	if strings.HasSuffix(c.Request().URL.Path, ".xlsx") {
		return sheetWorkbook(c, name, header, kinds, rows)
	}
	return CSV(c, name+".csv", header, func(write Row) error {
		return rows(func(values ...string) error {
			cells := make([]Cell, len(values))
			for i, v := range values {
				cells[i] = Plain(v)
				if kinds[i] == listing.Text {
					cells[i] = Text(v)
				}
			}
			return write(cells...)
		})
	})
}

func sheetWorkbook(c echo.Context, name string, header []string, kinds []listing.Kind,
	rows func(write SheetRow) error,
) error {
	if err := given(c, name+".xlsx"); err != nil {
		return err
	}
	s := newDownload(c, name+".xlsx", workbookType)
	if c.Request().Method == http.MethodHead {
		return s.begin()
	}
	book, err := workbook.New(&s.buffer, name, workbookColumns(header, kinds))
	if err != nil {
		return err
	}
	err = rows(func(values ...string) error {
		cells := make([][]byte, len(values))
		for i, v := range values {
			cells[i] = []byte(v)
		}
		if err := book.Row(cells); err != nil || !s.full() {
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
