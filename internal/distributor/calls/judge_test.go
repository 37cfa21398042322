package calls

import (
	"net/http"
	"testing"
	"time"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/outbound"
)

func TestRetryAfterIsReadInBothFormsAndKeptSane(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"30":  30 * time.Second,
		" 5 ": 5 * time.Second, "0": 0, "-5": 0, "": 0, "soon": 0, "1.5": 0,
		"99999999999999999999": 0,
		"7200":                 2 * time.Hour, "86400": 24 * time.Hour, "86401": 24 * time.Hour,
		"1209600": 24 * time.Hour,
		"3000000": 0, "315360000": 0,
		noon.Add(45 * time.Second).Format(http.TimeFormat): 45 * time.Second,
		noon.Add(-time.Hour).Format(http.TimeFormat):       0,
		noon.AddDate(10, 0, 0).Format(http.TimeFormat):     0,
	} {
		if got, _ := RetryAfter(http.Header{"Retry-After": {text}}, noon); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestAWishOfMoreThanADayIsSaid(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"86400": 0, "86401": 86401 * time.Second, "-1": 0, "315360000": 0,
		noon.AddDate(0, 0, 14).Format(http.TimeFormat): 14 * 24 * time.Hour} {
		if _, asked := RetryAfter(http.Header{"Retry-After": {text}}, noon); asked != want {
			t.Errorf("%q: asked for %s, want %s", text, asked, want)
		}
	}
}

func TestEachCodeHasItsKindAndKeepsWhatTheServerSaid(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]distributor.ErrorKind{
		401: distributor.NotPermitted, 403: distributor.NotPermitted, 404: distributor.NotFound,
		429: distributor.RateLimited, 408: distributor.TimedOut,
		500: distributor.Broken, 502: distributor.Broken, 503: distributor.Broken, 504: distributor.Broken,
		400: distributor.Refused, 422: distributor.Refused, 204: distributor.BadAnswer, 206: distributor.BadAnswer,
	} {
		err := Judge("list customers", outbound.Answer{Status: code, Header: http.Header{},
			Body: []byte(`{"requestId":"r7","errorMessage":"because"}`)}, noon)
		e := distributor.AsError(err)
		if e.Kind != want || e.RequestID != "r7" || e.StatusCode != code || e.Advice == "" {
			t.Errorf("%d: %+v", code, e)
		}
	}
	if err := Judge("x", outbound.Answer{Status: 200}, noon); err != nil {
		t.Error(err)
	}
}
