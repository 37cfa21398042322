package sso

import (
	"encoding/json"
	"testing"
)

// Groups are texts, whatever an identity provider puts into the claim, and none that it did not.
func FuzzGroups(f *testing.F) {
	for _, s := range []string{"", "null", `"admin viewer"`, `["admin",1,null,["x"]]`, `{"admin":true}`, "true",
		"1e99", `[]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, claim []byte) {
		var v any
		if json.Unmarshal(claim, &v) != nil {
			return
		}
		got := texts(v)
		if list, ok := v.([]any); ok && len(got) > len(list) {
			t.Errorf("%q gives %d groups", claim, len(got))
		}
		switch v.(type) {
		case string, []any:
		default:
			if len(got) > 0 {
				t.Errorf("%q gives %q", claim, got)
			}
		}
	})
}
