// Package match finds, for each provider account, the CRM account that is the
// same company (RULES 6, issue "Mapping that an operator can trust").
//
// It is record linkage as pure functions: records in, candidates with
// probability and evidence out. It knows no database, no HTTP, no clock, and
// it never decides anything: what may be applied by the machine is said by the
// band, and the caller acts on it. docs/matching.md explains the method.
package match

// Rules is the number of the rules that bands and probabilities come from. It grows
// when they change, so that what was made by older ones is made anew.
const Rules = 4

// Record is one company as one side knows it. Every field but ID may be blank;
// a blank is never agreement and never disagreement.
type Record struct {
	ID           string // the caller's key; unique per side
	Name         string
	Website      string   // a domain or an address; the provider side says "domain"
	EmailDomains []string // free-mail domains are ignored
	TenantID     string   // Microsoft tenant id, or its onmicrosoft.com name
	Street       string
	City         string
	State        string
	PostalCode   string
	Country      string
	Phone        string
}

// Band says who may act on a candidate.
type Band string

// The bands. Certain may be applied by the machine when the operator allowed
// it, likely is one key press, unclear is shown with its evidence.
const (
	Certain Band = "certain"
	Likely  Band = "likely"
	Unclear Band = "unclear"
)

// Level says how a field compares.
type Level string

// The levels of agreement of one field.
const (
	Agree   Level = "agree"
	Partly  Level = "partly"
	Differ  Level = "differ"
	Missing Level = "missing"
)

// Evidence is one part of an explanation. The weights of all parts of a
// candidate sum to its Score.
type Evidence struct {
	Field    string // name, domain, tenant_id, street, ... or prior, rivals, calibration, twin
	Level    Level
	Weight   float64 // bits: +1 doubles the odds, -1 halves them
	Sentence string  // plain words, such as "same tenant id"
}

// Candidate is one CRM account that may be the company of an account.
type Candidate struct {
	AccountID   string
	CRMID       string
	Score       float64 // log2 of the odds; the sum of the evidence
	Probability float64 // 1 / (1 + 2^-Score)
	Band        Band
	Evidence    []Evidence
	Doubt       string   // why it is not certain; empty if it is, or is not even probable
	Thin        bool     // the doubt is only that too little agrees: nothing speaks against it
	Decisive    bool     // same tenant id, held by this one record on either side
	Ties        []string // CRM ids that are nearly as good; a person must choose
	Twins       []string // CRM ids that look like this very company, entered again
}

// Options steer Assign. The zero value is right for most.
type Options struct {
	MinProbability float64         // pairs below are left out, near ties excepted; 0 means 0.5
	Workers        int             // goroutines; 0 means one per CPU
	Refused        map[Pair]bool   // pairs that a person has said no to
	Held           map[string]bool // CRM accounts that somebody has: shown as candidates, never paired
	// Progress, if set, is told after each account how many have been compared; by several goroutines.
	Progress func(done, all int)
}

// Result is a one-to-one assignment of accounts to CRM accounts.
type Result struct {
	Pairs []Candidate // at most one per account and per CRM account, ordered by account id
}

// Pair names an account and a CRM account.
type Pair struct{ AccountID, CRMID string }
