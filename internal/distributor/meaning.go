package distributor

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Meaning is a short name for what a record says: records that differ only in the
// order of their keys or in white space have the same. Empty for no record.
func Meaning(raw json.RawMessage) string {
	if len(bytes.TrimSpace(raw)) == 0 {
		return ""
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		v = string(raw)
	}
	if m, ok := v.(map[string]any); ok {
		delete(m, "requestId") // of the answer, not of the record
	}
	canonical, err := json.Marshal(v) // sorts keys
	if err != nil {
		canonical = raw
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:16])
}
