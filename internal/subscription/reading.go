package subscription

import (
	"encoding/json"
)

// Reading is one record of a listing in stored form: what can be compared with a row.
type Reading struct {
	ExternalID string
	Facts
	Raw       json.RawMessage
	RequestID string
}
