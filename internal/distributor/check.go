package distributor

import "time"

// Layers of a connectivity check, in their order.
const (
	LayerAddress       = "address"
	LayerName          = "name"
	LayerTLS           = "tls"
	LayerToken         = "token"
	LayerCustomers     = "customers"
	LayerSubscriptions = "subscriptions"
	LayerReseller      = "reseller"
	LayerDialect       = "dialect" // which dialect the check was made in, where there is one
)

// Patience says whether a check repeats a call that may succeed at the next try.
type Patience bool

// A check is Hurried where a person waits for it: within 30 s, each call once. It is
// Patient where a whole night rests on it: it repeats calls as other reads do.
const (
	Hurried Patience = false
	Patient Patience = true
)

// LayerResult is what one layer came to.
type LayerResult string

// The results of a layer. A layer behind a failed one is Skipped.
const (
	Passed  LayerResult = "passed"
	Warned  LayerResult = "warning"
	Failed  LayerResult = "failed"
	Skipped LayerResult = "skipped"
)

// Layer is one step of a connectivity check.
type Layer struct {
	Name      string        `json:"name"`
	Result    LayerResult   `json:"result"`
	Message   string        `json:"message"`
	Advice    string        `json:"advice,omitempty"`
	RequestID string        `json:"request_id,omitempty"`
	Took      time.Duration `json:"took"`
	Kind      ErrorKind     `json:"kind,omitempty"`     // of a failed layer
	Until     *time.Time    `json:"until,omitempty"`    // of a layer that failed by a pause
	AskedBy   Asker         `json:"asked_by,omitempty"` // of a layer that failed by a pause
}

// Check is a connectivity check, layer by layer.
type Check struct {
	Layers []Layer `json:"layers"`
}

// Result is failed if any layer failed, a warning if any warned, else passed.
func (c Check) Result() LayerResult {
	worst := Passed
	for _, l := range c.Layers {
		switch l.Result {
		case Failed:
			return Failed
		case Warned:
			worst = Warned
		}
	}
	return worst
}

// Err is the failure of the first layer that failed, as the call that met it told it; nil when none did.
func (c Check) Err() error {
	for _, l := range c.Layers {
		if l.Result != Failed {
			continue
		}
		e := &Error{Kind: l.Kind, Op: "verify " + l.Name, Message: l.Message, Advice: l.Advice, RequestID: l.RequestID,
			AskedBy: l.AskedBy}
		if l.Until != nil {
			e.Until = *l.Until
		}
		return e
	}
	return nil
}
