package calls

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A wish is believed up to a day and kept up to an hour; anything else is taken
// for a slip of the server and answered with an ordinary pause.
const (
	believable  = 24 * time.Hour
	longestWish = time.Hour
)

// RetryAfter reads the header in both its forms, seconds or a date; 0 when there
// is no usable wish.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	wish := time.Duration(0)
	if n, err := strconv.ParseInt(text, 10, 32); err == nil {
		wish = time.Duration(n) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		wish = at.Sub(now)
	}
	if wish <= 0 || wish > believable {
		return 0
	}
	return min(wish, longestWish)
}
