package httpx

import (
	"io"
	"mime/multipart"
	"net/http"
	"path/filepath"

	"github.com/labstack/echo/v4"
)

// LongLimit is how many bytes a file may have that is read row by row.
const LongLimit = 64 << 20

// inMemory is how much of a long file is held; the rest waits in a temporary file that goes with the request.
const inMemory = 1 << 20

// LongFile is an uploaded file that is not in memory.
type LongFile struct {
	Name string // without any folder
	multipart.File
}

// UploadLong is Upload of a file that may have LongLimit. The caller closes it.
func UploadLong(c echo.Context, field string) (LongFile, Values, error) {
	r := c.Request()
	if r.ContentLength > LongLimit+FormLimit {
		_, _ = io.CopyN(io.Discard, r.Body, min(r.ContentLength, drained))
		return LongFile{}, nil, echo.NewHTTPError(http.StatusRequestEntityTooLarge)
	}
	r.Body = http.MaxBytesReader(c.Response(), r.Body, LongLimit+FormLimit)
	if err := r.ParseMultipartForm(inMemory); err != nil {
		return LongFile{}, nil, bodyError(err)
	}
	values, err := tidy(r.PostForm)
	if err != nil {
		return LongFile{}, nil, err
	}
	part, header, err := r.FormFile(field)
	if err != nil || header.Size == 0 {
		return LongFile{}, values, missingFile(field)
	}
	return LongFile{Name: filepath.Base(header.Filename), File: part}, values, nil
}
