package httpx

import (
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
)

// FormLimit is how many bytes the body of an ordinary form may have.
const FormLimit = 1 << 20

// Values are the values of a posted form, never of the address.
type Values url.Values

// Get is the first value of a name, or nothing.
func (v Values) Get(name string) string { return url.Values(v).Get(name) }

// All is every value of a name, as of repeated checkboxes.
func (v Values) All(name string) []string { return v[name] }

// Has tells whether the name was posted at all.
func (v Values) Has(name string) bool { return url.Values(v).Has(name) }

// Version is the version of the record that a form was made from. What is no number of a version is 0, which is stale
// once anything was saved.
func (v Values) Version() int {
	n, err := strconv.ParseInt(v.Get("version"), 10, 32)
	if err != nil {
		return 0
	}
	return int(n)
}

// On tells whether a checkbox is ticked: on, true or 1 (CONTRACT, Answers).
func (v Values) On(name string) bool {
	switch v.Get(name) {
	case "on", "true", "1":
		return true
	}
	return false
}

// Form reads the posted form. Values are trimmed, except passwords, where a space
// may be meant; line ends become \n. A body that is too large is 413, one that is
// no form 400, and a value with a NUL or with broken UTF-8 errs.Invalid at its name.
func Form(c echo.Context) (Values, error) {
	r := c.Request()
	r.Body = http.MaxBytesReader(c.Response(), r.Body, FormLimit)
	if err := parse(r); err != nil {
		return nil, bodyError(err)
	}
	return tidy(r.PostForm)
}

// Refused gives the messages of a refused form, by field, so that the handler shows
// the form again with 422. Anything else is not refused but failed: return it.
func Refused(err error) (messages map[string]string, ok bool) {
	messages = errs.FieldsOf(err)
	return messages, errs.KindOf(err) == errs.Invalid && len(messages) > 0
}

func parse(r *http.Request) error {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "multipart/form-data" {
		return r.ParseMultipartForm(FormLimit)
	}
	return r.ParseForm()
}

func bodyError(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return echo.NewHTTPError(http.StatusRequestEntityTooLarge).SetInternal(err)
	}
	return echo.NewHTTPError(http.StatusBadRequest).SetInternal(err)
}

func tidy(posted url.Values) (Values, error) {
	out, problems := Values{}, errs.Fields{}
	for name, values := range posted {
		if !readable(name) {
			return nil, echo.NewHTTPError(http.StatusBadRequest)
		}
		for _, s := range values {
			if !readable(s) {
				problems.Add(name, "This contains characters that cannot be stored. Remove them and try again.")
				continue
			}
			out[name] = append(out[name], tidyValue(name, s))
		}
	}
	return out, problems.Err()
}

func readable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

func tidyValue(name, s string) string {
	if strings.HasSuffix(name, "password") {
		return s
	}
	return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
}
