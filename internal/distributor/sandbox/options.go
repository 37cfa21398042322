package sandbox

import (
	"fmt"
	"time"

	"seatledger/internal/clock"
)

// Options make a sandbox. The zero value serves an empty data set.
type Options struct {
	Data        DataOptions
	Latency     time.Duration // waited before every answer of both faces
	Clock       clock.Clock   // nil: the wall clock
	Credentials []Credential  // nil: DefaultCredentials
	Behaviour   *Behaviour    // nil: DefaultBehaviour
	Replay      []byte        // content of a capture, served in place of the data; nil: the data
}

// Credential is one application and user, bound to a reseller number.
type Credential struct {
	ApplicationID     string `json:"application_id"`
	ApplicationSecret string `json:"application_secret"`
	UserName          string `json:"user_name"`
	Password          string `json:"password"`
	Reseller          string `json:"reseller"`
}

// DefaultCredentials are the ones of CONTRACT, and a second application whose
// reseller owns nothing: with it every list is empty.
func DefaultCredentials() []Credential {
	return []Credential{
		{"sandbox-app", "sandbox-secret", "integration@reseller.example", "sandbox-password", DefaultReseller},
		{"other-app", "other-secret", "integration@other.example", "other-password", "999999"},
	}
}

// Behaviour settles what is not known of the real API, or what differs.
type Behaviour struct {
	TokenSeconds            int  `json:"token_seconds"`             // life of a token
	RefuseClientCredentials bool `json:"refuse_client_credentials"` // that grant answers unauthorized_client
	RefusePassword          bool `json:"refuse_password"`           // that grant answers unauthorized_client
	// kept or zero: total of a list asked without paging
	UnpagedTotal  string `json:"unpaged_total"`
	OversizedPage string `json:"oversized_page"` // clamp or refuse: pageSize over 200
	ErrorShape    string `json:"error_shape"`    // nested or flat
	// ok or unauthorized: the status of a refused legacy login
	LegacyBadLogin      string `json:"legacy_bad_login"`
	LegacyWrongReseller string `json:"legacy_wrong_reseller"` // empty or refuse
	LegacyListRows      string `json:"legacy_list_rows"`      // ids or full: rows of get_subscriptions_by_eu_no
	// how often an operation answers pending before it is done
	OperationReads   int    `json:"operation_reads"`
	OperationOutcome string `json:"operation_outcome"` // done, vendor_failed or orphan
	LatencyMillis    int    `json:"latency_ms"`        // waited before every answer
	BillErrors       bool   `json:"bill_errors"`       // the last month's bill has an error of each kind
	// BillErrorsAmong has them on these subscriptions only, blanks between; empty: on any
	BillErrorsAmong string `json:"bill_errors_among"`
}

// DefaultBehaviour is the best guess of what the real API does.
func DefaultBehaviour() Behaviour {
	return Behaviour{
		TokenSeconds: 7200, UnpagedTotal: "kept", OversizedPage: "clamp", ErrorShape: "nested",
		LegacyBadLogin: "ok", LegacyWrongReseller: "empty", LegacyListRows: "ids",
		OperationReads: 1, OperationOutcome: "done",
	}
}

// check refuses words that mean nothing.
func (b Behaviour) check() error {
	for _, c := range []struct {
		name, value string
		allowed     []string
	}{
		{"unpaged_total", b.UnpagedTotal, []string{"kept", "zero"}},
		{"oversized_page", b.OversizedPage, []string{"clamp", "refuse"}},
		{"error_shape", b.ErrorShape, []string{"nested", "flat"}},
		{"legacy_bad_login", b.LegacyBadLogin, []string{"ok", "unauthorized"}},
		{"legacy_wrong_reseller", b.LegacyWrongReseller, []string{"empty", "refuse"}},
		{"legacy_list_rows", b.LegacyListRows, []string{"ids", "full"}},
		{"operation_outcome", b.OperationOutcome, []string{"done", "vendor_failed", "orphan"}},
	} {
		if !oneOf(c.value, c.allowed) {
			return fmt.Errorf("%s is %q, want one of %v", c.name, c.value, c.allowed)
		}
	}
	if b.TokenSeconds < 0 || b.OperationReads < 0 || b.LatencyMillis < 0 {
		return fmt.Errorf("token_seconds, operation_reads and latency_ms must not be negative")
	}
	return nil
}

func oneOf(v string, allowed []string) bool {
	for _, a := range allowed {
		if v == a {
			return true
		}
	}
	return false
}
