package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// document is an answer taken apart, whichever face gave it.
type document struct{ top map[string]any }

// rewrite takes the answer apart, lets f change it and sends it. An answer that
// is not a JSON object, or is an error already, goes out as it is.
func (x spoiled) rewrite(f func(document)) {
	a := x.answer()
	var d document
	decoder := json.NewDecoder(bytes.NewReader(a.body))
	decoder.UseNumber() // prices keep their digits
	if a.status != http.StatusOK || decoder.Decode(&d.top) != nil {
		x.send(a)
		return
	}
	f(d)
	body, err := json.Marshal(d.top)
	if err == nil {
		a.body = body
	}
	x.send(a)
}

// list finds the records: the object that holds them and their name in it.
func (d document) list() (holder map[string]any, name string, records []any, ok bool) {
	for _, place := range []struct {
		holder any
		name   string
	}{{d.top["data"], "records"}, {d.top, "items"}, {d.top["items"], "subscriptions_info"}} {
		if m, is := place.holder.(map[string]any); is {
			if records, is := m[place.name].([]any); is {
				return m, place.name, records, true
			}
		}
	}
	return nil, "", nil, false
}

// objects are the records that a fault is about, or the single record of the answer.
func (d document) objects(row int) []map[string]any {
	_, _, records, ok := d.list()
	if !ok {
		if data, is := d.top["data"].(map[string]any); is {
			return []map[string]any{data}
		}
		return []map[string]any{d.top}
	}
	var found []map[string]any
	for i, r := range records {
		if m, is := r.(map[string]any); is && (row == 0 || row == i+1) {
			found = append(found, m)
		}
	}
	return found
}

func (d document) addTotal(n int) {
	data, ok := d.top["data"].(map[string]any)
	if !ok {
		return
	}
	if total, ok := data["total"].(json.Number); ok {
		data["total"] = atoi(total.String()) + n
	}
}

func (x spoiled) emptyList() {
	x.rewrite(func(d document) {
		if holder, name, _, ok := d.list(); ok {
			holder[name] = []any{}
			if _, has := holder["total"]; has {
				holder["total"] = 0
			}
			if x.Variant == "no_total" {
				delete(holder, "total")
			}
		}
	})
}

func (x spoiled) noRecords() {
	x.rewrite(func(d document) {
		if holder, name, _, ok := d.list(); ok {
			delete(holder, name)
		}
	})
}

func (x spoiled) totalMismatch() {
	x.rewrite(func(d document) { d.addTotal(orNumber(x.Count, 1)) })
}

// duplicate repeats the first record at the end of the page; the total counts it once.
func (x spoiled) duplicate() {
	x.rewrite(func(d document) {
		if holder, name, records, ok := d.list(); ok && len(records) > 0 {
			holder[name] = append(records, records[0])
		}
	})
}

func (x spoiled) setField() {
	x.rewrite(func(d document) {
		for _, m := range d.objects(x.Row) {
			m[x.Field] = x.Value
		}
	})
}

func (x spoiled) dropField() {
	x.rewrite(func(d document) {
		for _, m := range d.objects(x.Row) {
			delete(m, x.Field)
		}
	})
}

func (x spoiled) renameField() {
	x.rewrite(func(d document) {
		for _, m := range d.objects(x.Row) {
			if v, ok := m[x.Field]; ok {
				m[x.To] = v
				delete(m, x.Field)
			}
		}
	})
}

// idKeys are the keys of both faces that may come as a number or as text.
var idKeys = []string{
	"customerNo", "contractNo", "lineNo", "productId", "skuNo",
	"snx_eu_no", "snx_sku_no", "subscription_id",
}

// idsAs writes every id as a number or as a string.
func (x spoiled) idsAs() {
	x.rewrite(func(d document) {
		eachValue(d.top, func(key string, v any) any {
			if !slices.Contains(idKeys, key) {
				return v
			}
			return idAs(v, x.To)
		})
	})
}

func idAs(v any, form string) any {
	switch id := v.(type) {
	case json.Number:
		if form != "number" {
			return id.String()
		}
	case string:
		if form == "number" && id != "" && strings.Trim(id, "0123456789") == "" {
			return json.Number(id)
		}
	}
	return v
}

func (x spoiled) numbersAsStrings() {
	x.rewrite(func(d document) {
		eachValue(d.top, func(_ string, v any) any {
			if n, ok := v.(json.Number); ok {
				return n.String()
			}
			return v
		})
	})
}

// eachValue lets f replace every value that stands under a name.
func eachValue(node any, f func(key string, v any) any) {
	switch n := node.(type) {
	case map[string]any:
		for key, v := range n {
			n[key] = f(key, v)
			eachValue(v, f)
		}
	case []any:
		for _, v := range n {
			eachValue(v, f)
		}
	}
}

// invalidUTF8 puts a byte that is no UTF-8 into the first name.
func (x spoiled) invalidUTF8() {
	a := x.answer()
	const name = `ame":"` // name, productName, company_name, service_name
	if i := bytes.Index(a.body, []byte(name)); i >= 0 {
		a.body = slices.Insert(slices.Clone(a.body), i+len(name), 0xff)
	}
	x.send(a)
}
