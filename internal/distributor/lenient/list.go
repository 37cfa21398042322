package lenient

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// List is one page of records as it came.
type List struct {
	Records []json.RawMessage
	Total   int // of all pages; -1 when the answer does not say
	// NoTotal says why there is none where one belongs: nothing stands for it, or what cannot be a total. Empty for
	// a bare array, which has no place for one.
	NoTotal   string
	RequestID string
}

var (
	listKeys  = []string{"records", "items", "results", "content", "list"}
	totalKeys = []string{"total", "totalCount", "totalRecords", "totalElements"}
)

// ReadList finds the records in an answer: {requestId, data:{total, records}},
// {requestId, data:[...]}, the same without data, or a bare array; nouns are further
// names the array may have. An error told inside the answer is a *Complaint;
// what is no list is an error, also null, {} and a list that is null.
func ReadList(body []byte, nouns ...string) (List, error) {
	raw, err := check(body)
	if err != nil {
		return List{}, err
	}
	if records, ok := asArray(raw); ok {
		return List{Records: records, Total: -1}, nil
	}
	top, ok := asObject(raw)
	if !ok {
		return List{}, ErrShape
	}
	list, ok := listIn(top, nouns)
	harmless := func(text string) bool {
		return ok && len(list.Records) == 0 && list.Total <= 0 && saysNothingFound(text)
	}
	if c := complaintBut(top, harmless); c != nil {
		return List{}, c
	}
	if !ok {
		return List{}, ErrShape
	}
	list.RequestID = requestID(top)
	return list, nil
}

func listIn(top object, nouns []string) (List, bool) {
	if data, ok := top["data"]; ok {
		if records, ok := asArray(data); ok {
			l := List{Records: records}
			if l.Total, l.NoTotal = totalOf(top); l.NoTotal == totalAbsent {
				l.NoTotal = ""
			}
			return l, true
		}
		if inner, ok := asObject(data); ok {
			return arrayIn(inner, nouns)
		}
		return List{}, false
	}
	return arrayIn(top, nouns)
}

func arrayIn(o object, nouns []string) (List, bool) {
	for _, keys := range [][]string{listKeys, nouns} {
		for _, key := range keys {
			if records, ok := asArray(o[fold(key)]); ok {
				l := List{Records: records}
				l.Total, l.NoTotal = totalOf(o)
				return l, true
			}
		}
	}
	return List{}, false
}

const totalAbsent = "the distributor gave no total"

// totalOf reads the total, or says why there is none.
func totalOf(o object) (total int, missing string) {
	missing = totalAbsent
	for _, key := range totalKeys {
		text := Clean(plainText(o[fold(key)]))
		if n, err := strconv.Atoi(text); err == nil && n >= 0 {
			return n, ""
		}
		if raw, has := o[fold(key)]; has && string(raw) != "null" {
			missing = fmt.Sprintf("the distributor's total %q cannot be one", cut(or(text, string(raw)), 40))
		}
	}
	return -1, missing
}

func or(text, otherwise string) string {
	if text != "" {
		return text
	}
	return otherwise
}

// ReadOne finds the single record in an answer: {requestId, data:{...}}, a
// one-element list, or the bare object. Errors are as those of ReadList.
func ReadOne(body []byte, nouns ...string) (json.RawMessage, string, error) {
	raw, err := check(body)
	if err != nil {
		return nil, "", err
	}
	top, ok := asObject(raw)
	if !ok || len(top) == 0 {
		return nil, "", ErrShape
	}
	if c := complaintIn(top); c != nil {
		return nil, "", c
	}
	for _, key := range append([]string{"data"}, nouns...) {
		if inner, ok := asObject(top[fold(key)]); ok && len(inner) > 0 {
			return top[fold(key)], requestID(top), nil
		}
		if many, ok := asArray(top[fold(key)]); ok && len(many) == 1 {
			return many[0], requestID(top), nil
		}
	}
	if _, wrapped := top["data"]; wrapped {
		return nil, "", ErrShape
	}
	return raw, requestID(top), nil
}

func requestID(o object) string {
	for _, key := range []string{"requestId", "request_id", "correlationId", "traceId"} {
		if id := Clean(plainText(o[fold(key)])); id != "" {
			return cut(id, 100)
		}
	}
	return ""
}
