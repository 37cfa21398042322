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
