package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// poisons are what can be wrong with a single record. Each spoils a copy of the
// first record, which has an id of its own unless the fault is about the id.
func poisons() map[string]func(record) {
	number := func(text string) json.Number { return json.Number(text) }
	return map[string]func(record){
		"no_id":               func(r record) { delete(r.fields, r.id) },
		"null_id":             func(r record) { r.fields[r.id] = nil },
		"same_id":             func(r record) { r.fields[r.id] = r.original },
		"null_quantity":       func(r record) { r.fields["quantity"] = nil },
		"no_quantity":         func(r record) { delete(r.fields, "quantity") },
		"negative_quantity":   func(r record) { r.fields["quantity"] = number("-3") },
		"fractional_quantity": func(r record) { r.fields["quantity"] = number("2.5") },
		"string_quantity":     func(r record) { r.fields["quantity"] = "7" },
		"word_quantity":       func(r record) { r.fields["quantity"] = "many" },
		"huge_quantity":       func(r record) { r.fields["quantity"] = number("1000000000000000000") },
		"huge_price":          func(r record) { r.price(number("1000000000000000000")) },
		"six_decimals":        func(r record) { r.price(number("4.123456")) },
		"word_price":          func(r record) { r.price("on request") },
		"emoji_name":          func(r record) { r.name("Käse & 🧀 Friends 👩‍👩‍👧") },
		"long_name":           func(r record) { r.name(strings.Repeat("Long name ", 30)) },
		"formula_name":        func(r record) { r.name(`=HYPERLINK("http://bad.example","open")`) },
		"nul_name":            func(r record) { r.name("Nul\x00Name") },
		"rtl_name":            func(r record) { r.name("شركة \u202eexample") },
		"markup_name":         func(r record) { r.name(`<script>alert(1)</script>`) },
		"unknown_status":      func(r record) { r.fields["status"] = "Frozen" },
		"far_date":            func(r record) { r.dates("9999-12-31T00:00:00.000Z") },
		"epoch_date":          func(r record) { r.dates("1970-01-01T00:00:00.000Z") },
		"bare_date":           func(r record) { r.dates("2026-02-30") },
		"other_currency":      func(r record) { r.fields["currency"] = "EUR" },
		"no_object":           nil,
	}
}

// poisonVariants are the names of the poisons, in order.
func poisonVariants() []string { return slices.Sorted(maps.Keys(poisons())) }

// record is a copy of a record that is being spoiled.
type record struct {
	fields   map[string]any
	id       string // its key field
	original any    // the key of the record it was copied from
}

func (r record) price(v any) {
	for _, key := range []string{"unitPrice", "unit_price"} {
		if _, ok := r.fields[key]; ok {
			r.fields[key] = v
		}
	}
}

func (r record) name(v string) {
	for _, key := range []string{"productName", "name", "service_name", "company_name"} {
		if _, ok := r.fields[key]; ok {
			r.fields[key] = v
		}
	}
}

func (r record) dates(v string) {
	for _, key := range []string{"startDate", "endDate"} {
		if _, ok := r.fields[key]; ok {
			r.fields[key] = v
		}
	}
}

// poison adds one bad record to the page, or one of every variant; the total counts them.
func (x spoiled) poison() {
	x.rewrite(func(d document) {
		holder, name, records, ok := d.list()
		if !ok || len(records) == 0 {
			return
		}
		first, ok := records[0].(map[string]any)
		if !ok {
			return
		}
		variants := poisonVariants()
		if x.Variant != "" {
			variants = []string{x.Variant}
		}
		for i, variant := range variants {
			records = append(records, spoil(first, variant, i))
		}
		holder[name] = records
		d.addTotal(len(variants))
	})
}

func spoil(first map[string]any, variant string, n int) any {
	f := poisons()[variant]
	if f == nil {
		return "not an object"
	}
	r := record{fields: maps.Clone(first)}
	for _, key := range []string{"subscriptionId", "subscription_id", "customerNo", "snx_eu_no"} {
		if original, ok := first[key]; ok {
			r.id, r.original = key, original
			r.fields[key] = freshID(key, n)
			break
		}
	}
	f(r)
	return r.fields
}

// freshID is a key that the data set does not have.
func freshID(key string, n int) any {
	switch key {
	case "subscriptionId":
		return fmt.Sprintf("999%03d_1", n)
	case "customerNo":
		return fmt.Sprintf("99990%03d", n)
	}
	return json.Number(fmt.Sprintf("99990%03d", n))
}
