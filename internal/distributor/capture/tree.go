package capture

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
)

// node is a piece of JSON with its members in their order, a repeated key included.
type node struct {
	object  []member
	array   []*node
	isArray bool
	scalar  any // string, json.Number, bool or nil, where it is neither object nor array
	isMap   bool
}

type member struct {
	key   string
	value *node
}

const deepest = 60

var errDeep = errors.New("capture: nested too deeply")

// parse reads one JSON value; what follows it is an error.
func parse(body []byte) (*node, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	n, err := parseNode(d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("capture: more than one value")
	}
	return n, nil
}

func parseNode(d *json.Decoder, depth int) (*node, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	if depth > deepest {
		return nil, errDeep
	}
	switch t {
	case json.Delim('{'):
		return parseObject(d, depth)
	case json.Delim('['):
		return parseArray(d, depth)
	}
	return &node{scalar: t}, nil
}

func parseObject(d *json.Decoder, depth int) (*node, error) {
	n := &node{isMap: true}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		value, err := parseNode(d, depth+1)
		if err != nil {
			return nil, err
		}
		name, _ := key.(string) // the decoder lets no other key through
		n.object = append(n.object, member{name, value})
	}
	_, err := d.Token()
	return n, err
}

func parseArray(d *json.Decoder, depth int) (*node, error) {
	n := &node{isArray: true}
	for d.More() {
		value, err := parseNode(d, depth+1)
		if err != nil {
			return nil, err
		}
		n.array = append(n.array, value)
	}
	_, err := d.Token()
	return n, err
}

// MarshalJSON writes it with its members in their order.
func (n *node) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	err := n.write(&b)
	return b.Bytes(), err
}

func (n *node) write(b *bytes.Buffer) error {
	switch {
	case n.isMap:
		return n.writeObject(b)
	case n.isArray:
		b.WriteByte('[')
		for i, e := range n.array {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := e.write(b); err != nil {
				return err
			}
		}
		b.WriteByte(']')
		return nil
	}
	return writeScalar(b, n.scalar)
}

func (n *node) writeObject(b *bytes.Buffer) error {
	b.WriteByte('{')
	for i, m := range n.object {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := writeScalar(b, m.key); err != nil {
			return err
		}
		b.WriteByte(':')
		if err := m.value.write(b); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

func writeScalar(b *bytes.Buffer, v any) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1) // the encoder ends with a line feed
	return nil
}

// text is a scalar as text; empty for null and for what is no scalar.
func (n *node) text() string {
	switch v := n.scalar.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// mentions tells whether a record has one of the ids as a value of its own.
func (n *node) mentions(ids map[string]bool) bool {
	for _, m := range n.object {
		if t := m.value.text(); t != "" && ids[t] {
			return true
		}
	}
	return false
}

// records finds the list of an answer: the array at the top or up to two objects below it.
func (n *node) records(depth int) *node {
	if n.isArray {
		return n
	}
	for _, m := range n.object {
		if depth > 2 {
			return nil
		}
		if found := m.value.records(depth + 1); found != nil {
			return found
		}
	}
	return nil
}
