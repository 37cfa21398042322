package session

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/alexedwards/scs/v2"
)

// codec writes what a session holds. Its values are texts nearly always, and each request reads them: they are written
// as JSON, which is read at once, where gob would describe its types anew each time. What holds anything else, and
// what an older release wrote, is gob.
type codec struct{ gob scs.GobCodec }

var asTexts = []byte("json:")

type texts struct {
	Deadline time.Time
	Values   map[string]string
}

// Encode writes a session.
func (c codec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	t := texts{deadline, make(map[string]string, len(values))}
	for name, v := range values {
		text, ok := v.(string)
		if !ok {
			return c.gob.Encode(deadline, values)
		}
		t.Values[name] = text
	}
	b, err := json.Marshal(t)
	return append(asTexts[:len(asTexts):len(asTexts)], b...), err
}

// Decode reads one.
func (c codec) Decode(b []byte) (time.Time, map[string]any, error) {
	rest, ok := bytes.CutPrefix(b, asTexts)
	if !ok {
		return c.gob.Decode(b)
	}
	var t texts
	if err := json.Unmarshal(rest, &t); err != nil {
		return time.Time{}, nil, err
	}
	values := make(map[string]any, len(t.Values))
	for name, v := range t.Values {
		values[name] = v
	}
	return t.Deadline, values, nil
}
