package lenient

import (
	"errors"
	"strings"
	"testing"
)

func TestAListIsFoundInEveryShapeItMayHave(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body    string
		records int
		total   int
		id      string
	}{
		"the known envelope":      {`{"requestId":"r1","data":{"total":3,"records":[{"a":1},{"a":2}]}}`, 2, 3, "r1"},
		"data is the list":        {`{"requestId":"r1","data":[{"a":1}]}`, 1, -1, "r1"},
		"a bare array":            {`[{"a":1},{"a":2}]`, 2, -1, ""},
		"items":                   {`{"items":[{"a":1}]}`, 1, -1, ""},
		"no data around records":  {`{"requestId":7,"total":"2","records":[{},{}]}`, 2, 2, "7"},
		"the noun":                {`{"data":{"customers":[{"a":1}],"totalCount":1}}`, 1, 1, ""},
		"truly empty":             {`{"requestId":"r","data":{"total":0,"records":[]}}`, 0, 0, "r"},
		"other case":              {`{"RequestID":"r","Data":{"Total":1,"Records":[{}]}}`, 1, 1, "r"},
		"byte order mark":         {"\xef\xbb\xbf {\"records\":[]}\n", 0, -1, ""},
		"error keys without word": {`{"errorMessage":null,"errorDetail":"","BizError":{},"errors":[],"data":{"total":0,"records":[]}}`, 0, 0, ""},
		"a record's own error":    {`{"data":{"records":[{"status":"Error","errorMessage":"x"}]}}`, 1, -1, ""},
		"an unreadable total":     {`{"data":{"total":-4,"records":[{}]}}`, 1, -1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := ReadList([]byte(test.body), "customers")
			if err != nil {
				t.Fatal(err)
			}
			if len(l.Records) != test.records || l.Total != test.total || l.RequestID != test.id {
				t.Errorf("%d records, total %d, id %q", len(l.Records), l.Total, l.RequestID)
			}
		})
	}
}

func TestWhatIsNoListIsAnErrorAndNeverEmpty(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]error{
		"": ErrEmpty, " \n ": ErrEmpty, "\xef\xbb\xbf": ErrEmpty,
		"<!doctype html><html>maintenance</html>": ErrHTML, "  <html/>": ErrHTML,
		"null": ErrShape, "{}": ErrShape, "true": ErrShape, "12": ErrShape, `"text"`: ErrShape,
		`{"data":null}`: ErrShape, `{"data":{}}`: ErrShape, `{"data":{"total":0}}`: ErrShape,
		`{"data":{"total":0,"records":null}}`: ErrShape,
		`{"data":{"records":{}}}`:             ErrShape, `{"data":{"records":""}}`: ErrShape, `{"items":{}}`: ErrShape,
		`{"requestId":"r"}`: ErrShape, `{"data":"[]"}`: ErrShape,
		`{"data":{"total":2,"records":[{"a":1}`: ErrBroken, "OK": ErrBroken, `[1,2`: ErrBroken,
		`{"records":[]} x`: ErrBroken, "\x00\x01": ErrBroken, `{'records':[]}`: ErrBroken,
		strings.Repeat("[", 100000): ErrDeep,
	} {
		if l, err := ReadList([]byte(body)); !errors.Is(err, want) {
			t.Errorf("%.40q: %v, %d records", body, err, len(l.Records))
		}
	}
}

func TestAnErrorInsideAnAnswerIsFoundWhereverItIs(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"requestId":"r","errorMessage":"no access","errorCode":"E7","data":{"total":0,"records":[]}}`: "no access (E7)",
		`{"data":{"errorCode":"E1","errorMessage":"bad customer"}}`:                                     "bad customer (E1)",
		`{"data":{"ErrorDetail":"deep"}}`:                                                               "deep",
		`{"BizError":{"message":"vendor down"},"data":{"records":[]}}`:                                  "vendor down",
		`{"result":{"response":{"bizError":"x9"}}}`:                                                     "x9",
		`{"status":"error","message":"try later","data":[]}`:                                            "try later",
		`{"status":"failure","items":[]}`:                                                               "the answer reports a failure without a reason",
		`{"success":false,"message":"nope","items":[]}`:                                                 "nope",
		`{"error":"invalid_client","error_description":"unknown app"}`:                                  "unknown app",
		`{"error":true,"message":"boom","records":[]}`:                                                  "boom",
		`{"errors":[{"code":"1","message":"first"},{"message":"second"}],"records":[]}`:                 "first",
		`{"fault":{"faultstring":"quota"}}`:                                                             "quota",
	} {
		_, err := ReadList([]byte(body))
		var c *Complaint
		if !errors.As(err, &c) || c.Error() != want {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestTheTextOfAnErrorAnswerIsTakenFromEitherShape(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"requestId":"r","data":{"errorCode":"E1","errorMessage":"nested"}}`: "nested (E1)",
		`{"requestId":"r","errorCode":"E2","errorMessage":"flat"}`:            "flat (E2)",
		`{"requestId":"r","message":"plain"}`:                                 "plain",
		`{"requestId":"r","data":{"message":"inner"}}`:                        "inner",
	} {
		c := ReadComplaint([]byte(body))
		if c.Error() != want || c.RequestID != "r" {
			t.Errorf("%s: %q %q", body, c.Error(), c.RequestID)
		}
	}
	for _, body := range []string{"", "<html>", "null", "[]"} {
		if c := ReadComplaint([]byte(body)); c.Error() != "" {
			t.Errorf("%s: %q", body, c.Error())
		}
	}
}

func TestALongErrorTextIsCutAndCleaned(t *testing.T) {
	t.Parallel()
	c := ReadComplaint([]byte(`{"errorMessage":"line one\nline two` + strings.Repeat("é", 1000) + `"}`))
	if len(c.Text) > 310 || strings.ContainsAny(c.Text, "\n\x00") {
		t.Errorf("%d %q", len(c.Text), c.Text)
	}
}

func FuzzReadList(f *testing.F) {
	for _, seed := range []string{`{"data":{"total":1,"records":[{"a":1}]}}`, `[]`, `{}`, `null`,
		`{"errorMessage":"x"}`, `{"items":[`, "\xff", `{"data":[{}]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		l, err := ReadList(body, "customers")
		if err == nil && len(l.Records) == 0 && !emptyArray.Match(body) {
			t.Errorf("%q was taken for an empty list", body)
		}
		for _, raw := range l.Records {
			r, ok := NewRecord(raw)
			if !ok {
				continue
			}
			_, _ = r.ID(Field{"a", "id"})
			_, _ = r.Seats(Field{"a", "quantity"})
			r.Amount(Field{"a", "unitPrice"})
			r.Date(Field{"a", "startDate"})
			checkStorable(t, raw)
		}
	})
}
