package calls

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A wish is kept up to a day. A longer one is believed up to a month, kept for a day,
// and said; anything else is taken for a slip of the server and answered with an
// ordinary pause.
const (
	longestWish = 24 * time.Hour
	believable  = 31 * 24 * time.Hour
)

// RetryAfter reads the header in both its forms, seconds or a date: the pause to keep,
// 0 when there is no usable wish, and the one asked for where that is longer.
func RetryAfter(h http.Header, now time.Time) (pause, askedFor time.Duration) {
	text := strings.TrimSpace(h.Get("Retry-After"))
	wish := time.Duration(0)
	if n, err := strconv.ParseInt(text, 10, 32); err == nil {
		wish = time.Duration(n) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		wish = at.Sub(now)
	}
	switch {
	case wish <= 0 || wish > believable:
		return 0, 0
	case wish > longestWish:
		return longestWish, wish
	}
	return wish, 0
}
