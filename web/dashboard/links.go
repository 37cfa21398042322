package dashboard

import (
	"net/url"
	"strconv"

	"seatledger/internal/listing"
	"seatledger/internal/syncing"
	"seatledger/views/ui"
	"seatledger/web/at"
)

// to is the address of a list with its filter, names and values in turn.
func to(list string, pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	return (&url.URL{Path: list, RawQuery: v.Encode()}).String()
}

// subscriptionsAt is the list of subscriptions with a filter.
func subscriptionsAt(values listing.Values) string {
	v := url.Values{}
	for name, value := range values {
		v.Set(name, value)
	}
	return (&url.URL{Path: at.Subscriptions, RawQuery: v.Encode()}).String()
}

func (b *board) runsAt(s syncing.State) string {
	since := b.since().String()
	if s == syncing.Interrupted {
		since = ""
	}
	return to(at.SyncRuns, "state", string(s), "since", since)
}

// figure is a number that opens its rows; above zero it takes the tone.
func figure(label string, n int, href string, tone ui.Tone) ui.Stat {
	s := ui.Stat{Label: label, Value: strconv.Itoa(n), Href: href}
	if n > 0 {
		s.Tone = tone
	}
	return s
}
