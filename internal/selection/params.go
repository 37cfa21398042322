package selection

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
)

// Params are what was typed for a deed: its day, its note.
type Params map[string]string

// Value writes them as JSON.
func (p Params) Value() (driver.Value, error) {
	if p == nil {
		return "{}", nil
	}
	b, err := json.Marshal(map[string]string(p))
	return string(b), err
}

// Scan reads them.
func (p *Params) Scan(src any) error {
	switch v := src.(type) {
	case string:
		return json.Unmarshal([]byte(v), (*map[string]string)(p))
	case []byte:
		return json.Unmarshal(v, (*map[string]string)(p))
	}
	return fmt.Errorf("params of bulk work: cannot scan %T", src)
}
