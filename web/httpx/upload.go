package httpx

import (
	"errors"
	"io"
	"net/http"
	"path/filepath"

	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
)

// UploadLimit is how many bytes an imported file may have.
const UploadLimit = 16 << 20

// drained is how much of a body that is too long is read away before it is refused.
const drained = 256 << 20

// File is an uploaded file, in memory and within its limit.
type File struct {
	Name string // without any folder
	Data []byte
}

// Upload reads the one file of a multipart form, and the other values as Form
// does. A missing or empty file is errs.Invalid at its field; one over UploadLimit is 413.
func Upload(c echo.Context, field string) (File, Values, error) {
	r := c.Request()
	if r.ContentLength > UploadLimit+FormLimit {
		// Read to its end and kept nowhere: who still sends would not see the answer.
		_, _ = io.CopyN(io.Discard, r.Body, min(r.ContentLength, drained))
		return File{}, nil, echo.NewHTTPError(http.StatusRequestEntityTooLarge)
	}
	r.Body = http.MaxBytesReader(c.Response(), r.Body, UploadLimit+FormLimit)
	if err := r.ParseMultipartForm(UploadLimit); err != nil {
		return File{}, nil, bodyError(err)
	}
	values, err := tidy(r.PostForm)
	if err != nil {
		return File{}, nil, err
	}
	f, err := readFile(r, field)
	return f, values, err
}

func readFile(r *http.Request, field string) (File, error) {
	part, header, err := r.FormFile(field)
	if errors.Is(err, http.ErrMissingFile) || err == nil && header.Size == 0 {
		return File{}, missingFile(field)
	}
	if err != nil {
		return File{}, bodyError(err)
	}
	defer part.Close()
	if header.Size > UploadLimit {
		return File{}, echo.NewHTTPError(http.StatusRequestEntityTooLarge)
	}
	data, err := io.ReadAll(part)
	return File{Name: filepath.Base(header.Filename), Data: data}, err
}

func missingFile(field string) error {
	f := errs.Fields{}
	f.Add(field, "Choose a file that is not empty.")
	return f.Err()
}

// MayUpload reads a form whose one file may be left out. The body may have twice FormLimit.
func MayUpload(c echo.Context, field string) (File, Values, error) {
	r := c.Request()
	r.Body = http.MaxBytesReader(c.Response(), r.Body, 2*FormLimit)
	if err := parse(r); err != nil {
		return File{}, nil, bodyError(err)
	}
	values, err := tidy(r.PostForm)
	if err != nil || r.MultipartForm == nil || len(r.MultipartForm.File[field]) == 0 ||
		r.MultipartForm.File[field][0].Size == 0 {
		return File{}, values, err
	}
	f, err := readFile(r, field)
	return f, values, err
}
