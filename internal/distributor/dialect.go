package distributor

// Dialect is what a person has corrected of our guesses about one provider's wire. It
// changes only how answers are read and where lists are asked for: it holds no host, no
// method and no secret. The zero Dialect is our own guess.
type Dialect struct {
	// Names are further names of a field, tried before ours. The key is the kind of record
	// and our first name of the field: "subscription.unitPrice".
	Names     map[string][]string  `json:"names,omitempty"`
	Statuses  map[string]Status    `json:"statuses,omitempty"` // what a word of a status means
	Rhythms   map[string]Frequency `json:"rhythms,omitempty"`  // the same of frequencies and terms
	Kinds     map[string]Kind      `json:"kinds,omitempty"`    // of a word in a product's name, model or part number
	DateOrder DateOrder            `json:"date_order,omitempty"`
	// amounts are binary fractions: round half-even to six places
	Doubles   bool              `json:"doubles,omitempty"`
	TokenForm map[string]string `json:"token_form,omitempty"`
	BasicAuth bool              `json:"basic_auth,omitempty"` // the application signs in by an HTTP Basic header
	Paths     Paths             `json:"paths,omitzero"`
	PerMinute int               `json:"per_minute,omitempty"` // calls begun in a minute at most; 0: no such limit
}

// DateOrder is which of two numbers before a year is the day; empty: what can mean two days is not read.
type DateOrder string

// The two orders.
const (
	DayFirst   DateOrder = "day_first"
	MonthFirst DateOrder = "month_first"
)

// Paths are where lists are asked for, below the provider's URL and by GET only; empty:
// ours. {customer} stands for the customer's number.
type Paths struct {
	Customers     string `json:"customers,omitempty"`
	Subscriptions string `json:"subscriptions,omitempty"`
	Changes       string `json:"changes,omitempty"`
}

// Kinds of records, as the keys of Dialect.Names begin.
const (
	CustomerRecord     = "customer"
	SubscriptionRecord = "subscription"
	ChangeRecord       = "change"
)

// NamesOf gives the further names of one kind of record's fields, by our first name.
func (d Dialect) NamesOf(record string) map[string][]string {
	out := map[string][]string{}
	for key, names := range d.Names {
		if len(key) > len(record) && key[:len(record)+1] == record+"." {
			out[key[len(record)+1:]] = names
		}
	}
	return out
}

// Wire is what a connector reads and where, for a form that adds to it.
type Wire struct {
	Fields    []WireField
	Paths     Paths // none where the connector's calls have no paths of their own
	TokenForm bool  // its sign-in is a form that may carry more fields, or a Basic header
	DateOrder bool
	// Reread reads a stored record again, in a given dialect and without a call.
	Reread Reread
}

// WireField is one field under our names.
type WireField struct {
	Key   string // as in Dialect.Names
	Names []string
}

// Reread reads a stored record of a subscription in a dialect.
type Reread func(d Dialect, account string, raw []byte) (Subscription, *BadRecord)
