package sandbox

import (
	"strconv"
	"sync"
)

// operation is what a write is followed by. Guess: all its fields but operationId.
// The change itself is made when the write is accepted.
type operation struct {
	OperationID    string        `json:"operationId"`
	SubscriptionID string        `json:"subscriptionId,omitempty"`
	Action         string        `json:"action"`
	Status         string        `json:"status"` // pending, done
	VendorErrors   []vendorError `json:"vendorErrors"`

	reads   int // answered pending so often
	outcome string
	owner   string
}

// vendorError is a failure at the vendor that hides inside an operation that is done.
type vendorError struct {
	BizError errorData `json:"BizError"`
}

type operations struct {
	mu  sync.Mutex
	all map[string]*operation
}

func newOperations() *operations { return &operations{all: map[string]*operation{}} }

// begin notes a write.
func (o *operations) begin(op operation) operation {
	o.mu.Lock()
	defer o.mu.Unlock()
	op.OperationID = strconv.Itoa(70000001 + len(o.all))
	op.Status, op.VendorErrors = "pending", []vendorError{}
	o.all[op.OperationID] = &op
	return op
}

// read answers pending for the first reads and done from then on.
func (o *operations) read(sc scope, id string, pending int) (operation, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	op := o.all[id]
	if op == nil || op.owner != sc.reseller {
		return operation{}, false
	}
	if op.reads < pending {
		op.reads++
		return *op, true
	}
	op.Status = "done"
	if op.outcome == "vendor_failed" {
		op.VendorErrors = []vendorError{{errorData{"VENDOR_ERROR", "The vendor refused the change."}}}
	}
	return *op, true
}

func (o *operations) clear() {
	o.mu.Lock()
	defer o.mu.Unlock()
	clear(o.all)
}

func (s *Server) getOperation(c call) (any, error) {
	id := c.PathValue("operationId")
	op, ok := s.operations.read(c.scope, id, s.behave().OperationReads)
	if !ok {
		return nil, notFound("Operation " + id)
	}
	return op, nil
}
