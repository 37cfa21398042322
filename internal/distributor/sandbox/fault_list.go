package sandbox

import (
	"encoding/json"

	"github.com/shopspring/decimal"
)

// lowTotal tells a total that counts only what the pages up to this one held: a
// full page looks like the last.
func (x spoiled) lowTotal() {
	q := x.r.URL.Query()
	before := (atoi(q.Get("pageNo")) - 1) * atoi(q.Get("pageSize"))
	x.rewrite(func(d document) {
		if holder, _, records, ok := d.list(); ok {
			holder["total"] = max(before, 0) + len(records)
		}
	})
}

// omit leaves one record out of a list, and out of its total: the list is sound
// in itself, and the record's own address still answers.
func (x spoiled) omit() {
	x.rewrite(func(d document) {
		holder, name, records, ok := d.list()
		if !ok {
			return
		}
		kept := make([]any, 0, len(records))
		for _, r := range records {
			if m, is := r.(map[string]any); !is || !isRecord(m, x.Record) {
				kept = append(kept, r)
			}
		}
		holder[name] = kept
		switch x.Variant {
		case "no_total":
			delete(holder, "total")
		case "minus_total":
			holder["total"] = -1
		case "word_total":
			holder["total"] = "x"
		default:
			d.addTotal(-1)
		}
	})
}

// alsoLists puts a subscription into the list of another customer as well, as
// the same id under the customer that the list is of.
func (x spoiled) alsoLists() {
	sub, ok := x.server.store.any(x.Record)
	x.rewrite(func(d document) {
		holder, name, records, is := d.list()
		if !ok || !is {
			return
		}
		if d.addTotal(1); x.r.URL.Query().Get("pageNo") != "1" {
			return
		}
		sub.CustomerNo = customerOfPath(x.r.URL.Path, sub.CustomerNo)
		if x.Value != nil { // seats that differ
			sub.Quantity = atoi(string(x.Value))
		}
		holder[name] = append(records, x.server.subscriptionRow(sub))
	})
}

// answersFor puts another customer's records in place of a customer's own, but for the first so many.
func (x spoiled) answersFor() {
	others := x.server.store.subscriptionsOf(x.Record, faceStellr)
	x.rewrite(func(d document) {
		holder, name, records, is := d.list()
		if !is {
			return
		}
		kept := records[:min(x.Count, len(records))]
		for _, sub := range others {
			sub.CustomerNo = or(x.To, customerOfPath(x.r.URL.Path, sub.CustomerNo))
			kept = append(kept, x.server.subscriptionRow(sub))
		}
		holder[name], holder["total"] = kept, len(kept)
	})
}

// scaleField multiplies a number, such as every quantity by ten.
func (x spoiled) scaleField() {
	factor, err := decimal.NewFromString(or(x.To, "10"))
	x.rewrite(func(d document) {
		for _, m := range d.objects(x.Row) {
			n, ok := m[x.Field].(json.Number)
			if !ok || err != nil {
				continue
			}
			if v, err := decimal.NewFromString(n.String()); err == nil {
				m[x.Field] = num(v.Mul(factor))
			}
		}
	})
}

// isRecord tells whether a row has the key, on either face.
func isRecord(m map[string]any, key string) bool {
	for _, name := range []string{"subscriptionId", "subscription_id", "snx_eu_no", "customerNo"} {
		switch v := m[name].(type) {
		case string:
			return v == key
		case json.Number:
			return v.String() == key
		}
	}
	return false
}

// late keeps the answer as it was when it was asked for, and sends it later:
// what changes meanwhile is not in it.
func (x spoiled) late() {
	a := x.answer()
	if wait(x.r.Context(), x.millis(5000)) {
		x.send(a)
	}
}

// remark puts a message beside a good answer.
func (x spoiled) remark() {
	x.rewrite(func(d document) { d.top["errorMessage"] = or(x.Message, "No error") })
}
