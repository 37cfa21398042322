package dataverse

import (
	"encoding/json"
	"testing"
)

// Whatever a CRM answers, a record has an id, is deleted with one, or is counted as bad; nothing is lost and nothing
// is both.
func FuzzRecords(f *testing.F) {
	for _, s := range []string{``, `{}`, `null`, `[]`,
		`{"accountid":"6f9619ff-8b86-d011-b42d-00cf4fc964ff","name":"A"}`,
		`{"accountid":7,"name":{}}`, `{"@removed":{"reason":"deleted"},"id":"6f9619ff-8b86-d011-b42d-00cf4fc964ff"}`,
		`{"@odata.context":"x/$deletedEntity","id":"accounts(6f9619ff-8b86-d011-b42d-00cf4fc964ff)"}`,
		`{"@removed":null,"reason":1,"id":"((("}`,
		`{"contactid":"6F9619FF8B86D011B42D00CF4FC964FF","statecode":1e99}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		accounts := Listing[Account]{Deleted: map[string]string{}}
		accounts.take(json.RawMessage(raw), (&Client{}).account)
		contacts := Listing[Contact]{Deleted: map[string]string{}}
		contacts.take(json.RawMessage(raw), contact)
		if n := len(accounts.Records) + len(accounts.Deleted) + accounts.Bad; n != 1 {
			t.Errorf("%q counts %d times", raw, n)
		}
		if n := len(contacts.Records) + len(contacts.Deleted) + contacts.Bad; n != 1 {
			t.Errorf("%q counts %d times as a contact", raw, n)
		}
		for _, a := range accounts.Records {
			if a.ID == "" {
				t.Errorf("%q is an account without an id", raw)
			}
		}
		fault(raw)
	})
}
