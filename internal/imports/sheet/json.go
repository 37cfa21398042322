package sheet

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"seatledger/internal/errs"
)

// holders are the names under which a document keeps its rows.
var holders = map[string]bool{"items": true, "value": true, "data": true, "records": true, "lineItems": true}

// writeJSON turns the rows of JSON lines, of an array, or of a document that holds one, into CSV: a column for each
// name of the first thousand, in the order in which they come.
func writeJSON(ctx context.Context, in *bufio.Reader, out io.Writer) error {
	t := jsonTable{at: map[string]int{}, out: csv.NewWriter(out)}
	d := json.NewDecoder(in)
	d.UseNumber()
	for {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var v json.RawMessage
		err := d.Decode(&v)
		if errors.Is(err, io.EOF) {
			return t.end()
		}
		if err == nil {
			err = t.take(v)
		}
		if err != nil {
			return brokenJSON(err)
		}
	}
}

func brokenJSON(err error) error {
	if errs.KindOf(err) == errs.Invalid {
		return err // it has its words
	}
	if syntax := new(json.SyntaxError); errors.As(err, &syntax) {
		return because(fmt.Sprintf("The file begins as JSON but breaks at character %d. Nothing of it was kept. Download "+
			"it again.", syntax.Offset), err)
	}
	return because("The file begins as JSON but is no list of rows. Upload it as CSV.", err)
}

type field struct{ name, value string }

type jsonTable struct {
	at   map[string]int
	head []string
	wait [][]field // rows before the header is known
	out  *csv.Writer
	row  []string
}

// take takes a row, or what holds rows.
func (t *jsonTable) take(v json.RawMessage) error {
	d := json.NewDecoder(bytes.NewReader(v))
	d.UseNumber()
	first, err := d.Token()
	if err != nil {
		return err
	}
	if first == json.Delim('[') {
		for d.More() {
			var each json.RawMessage
			if err := d.Decode(&each); err != nil {
				return err
			}
			if err := t.take(each); err != nil {
				return err
			}
		}
		return nil
	}
	if first != json.Delim('{') {
		return errors.New("a row is no object")
	}
	var row []field
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		key, _ := name.(string) // a name of JSON is a text
		if holders[key] && len(value) > 0 && value[0] == '[' {
			return t.take(value)
		}
		row = append(row, field{key, plainValue(value)})
	}
	return t.add(row)
}

// plainValue writes a value as a cell has it.
func plainValue(v json.RawMessage) string {
	switch {
	case bytes.Equal(v, []byte("null")):
		return ""
	case len(v) > 0 && v[0] == '"':
		var s string
		if json.Unmarshal(v, &s) == nil {
			return s
		}
	}
	return string(v)
}

const namedBy = 1000 // rows

func (t *jsonTable) add(row []field) error {
	if t.wait == nil && t.row != nil {
		return t.write(row)
	}
	for _, f := range row {
		if _, known := t.at[f.name]; !known {
			t.at[f.name] = len(t.head)
			t.head = append(t.head, f.name)
		}
	}
	if t.wait = append(t.wait, row); len(t.wait) < namedBy {
		return nil
	}
	return t.begin()
}

func (t *jsonTable) begin() error {
	if err := t.out.Write(t.head); err != nil {
		return err
	}
	t.row = make([]string, len(t.head))
	for _, row := range t.wait {
		if err := t.write(row); err != nil {
			return err
		}
	}
	t.wait = nil
	return nil
}

func (t *jsonTable) write(row []field) error {
	clear(t.row)
	for _, f := range row {
		i, known := t.at[f.name]
		if !known {
			return fmt.Errorf("the name %q comes first after a thousand rows", f.name)
		}
		t.row[i] = f.value
	}
	return t.out.Write(t.row)
}

func (t *jsonTable) end() error {
	if t.row == nil {
		if len(t.head) == 0 {
			return errors.New("no rows")
		}
		if err := t.begin(); err != nil {
			return err
		}
	}
	t.out.Flush()
	return t.out.Error()
}
