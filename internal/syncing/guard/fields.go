package guard

import (
	"slices"
	"strings"

	"seatledger/internal/distributor"
)

// Tally is on how many records each field was; "records" is how many there were.
type Tally map[string]int

// Records is the tally's own count.
const Records = "records"

// Derived are the fields that may be told by others where the wire says nothing, so what is stored is no proof that
// they were sent.
func Derived() []string { return []string{frequencyField, termField, vendorField} }

const (
	frequencyField = "frequency"
	termField      = "term"
	vendorField    = "vendor's name"
)

// FieldNames are the fields whose loss is looked for, as a person calls them.
func FieldNames() []string {
	return []string{"status", "quantity", "cost", "product", "part number", "start date", "end date", frequencyField,
		termField, "currency", "vendor", vendorField, "vendor's id", "contract number", "suggested price",
		readableStart,
		readableEnd}
}

// Dates that are sent in a form that nobody can read are as lost as those that are not sent.
const (
	readableStart = "start date in a form that can be read"
	readableEnd   = "end date in a form that can be read"
)

// Count counts the fields of a listing.
func Count(l distributor.SubscriptionListing) Tally {
	t := Tally{}
	for name, n := range l.Names {
		t[name] = n
	}
	for _, s := range l.Subscriptions {
		t[Records]++
		for name, there := range map[string]bool{
			"status": s.StatusText != "", "quantity": !s.QuantityUnknown, "cost": s.UnitCost.Valid,
			"product": s.ProductName != "", "part number": s.PartNumber != "",
			"start date": !s.Start.IsZero() || s.StartText != "", "end date": !s.End.IsZero() || s.EndText != "",
			frequencyField: s.FrequencyText != "" && !s.FrequencyDerived, termField: s.TermText != "" && !s.TermDerived,
			"currency":    s.Currency != "",
			readableStart: !s.Start.IsZero(), readableEnd: !s.End.IsZero(),
			"vendor": s.Vendor != "", vendorField: s.Vendor != "" && !s.VendorDerived,
			"vendor's id":     s.VendorSubscriptionID != "",
			"contract number": s.ContractNo != "",
			"suggested price": s.SuggestedPrice.Valid,
		} {
			if there {
				t[name]++
			}
		}
	}
	return t
}

// Lost names the fields that most records had and none has now. Few records prove nothing.
func Lost(before, now Tally) []string {
	if now[Records] <= FloorSubscriptions || before[Records] == 0 {
		return nil
	}
	var lost []string
	for _, name := range FieldNames() {
		if now[name] == 0 && 2*before[name] >= before[Records] && !slices.Contains(lost, wider(name)) {
			lost = append(lost, name)
		}
	}
	slices.Sort(lost)
	return append(lost, lostNames(before, now)...)
}

// IsName tells whether an entry of a tally counts the name of a field, not the field.
func IsName(entry string) bool { return strings.Contains(entry, "=") }

// lostNames are the names under which a field was on most records and is on none now, where it is read from another:
// what stands there may be something else.
func lostNames(before, now Tally) []string {
	var lost []string
	for entry, n := range before {
		field, name, ok := strings.Cut(entry, "=")
		if !ok || 2*n < before[Records] || now[entry]+now[distributor.Beside+entry] > 0 {
			continue
		}
		for other := range now {
			if strings.HasPrefix(other, field+"=") {
				lost = append(lost, "field called "+name)
				break
			}
		}
	}
	slices.Sort(lost)
	return slices.Compact(lost)
}

// wider is the field with which a narrower one is lost too.
func wider(name string) string {
	switch name {
	case readableStart:
		return "start date"
	case readableEnd:
		return "end date"
	case vendorField:
		return "vendor"
	}
	return ""
}
