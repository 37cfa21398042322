package cutover

import "github.com/google/uuid"

// Report is what a step came to, customer by customer.
type Report struct {
	Done    []uuid.UUID
	Already []Refusal // done before: by whom and when
	Refused []Refusal
}

// Refusal is a customer for whom a step was not done, and why.
type Refusal struct {
	CRMAccountID uuid.UUID
	CRMAccount   string
	Why          string // sentences: what is missing, what to do
}
