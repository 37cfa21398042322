package paging

import (
	"database/sql/driver"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"seatledger/internal/errs"
)

// Cursor is a place in a sorted list: the sort key's value and the id of the last
// row that was shown.
type Cursor struct {
	Key  string // the value as PostgreSQL reads it; empty when Null
	Null bool
	ID   uuid.UUID
}

type token struct {
	Sort string  `json:"s"`
	Key  *string `json:"k"`
	ID   string  `json:"i"`
}

const maxToken = 4096

// Token writes the cursor of a row for the "after" parameter. value is the sort
// key as the row holds it: a string, number, bool, time.Time, anything with a
// driver.Valuer, or a pointer to one; nil is null.
func (o Order) Token(value any, id uuid.UUID) (string, error) {
	key, null, err := keyText(value, o.Sort.Kind)
	if err != nil {
		return "", fmt.Errorf("paging: sort key %s: %w", o.Sort.Key, err)
	}
	t := token{Sort: o.String(), ID: id.String()}
	if !null {
		t.Key = &key
	}
	b, err := json.Marshal(t)
	if err != nil {
		return "", fmt.Errorf("paging: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// CursorOf is the place behind a row whose sort key is known as PostgreSQL writes it; nil is null.
func (o Order) CursorOf(key *string, id uuid.UUID) *Cursor {
	if key == nil {
		return &Cursor{Null: true, ID: id}
	}
	return &Cursor{Key: *key, ID: id}
}

// Cursor reads an "after" parameter; empty is nil, the first page. A token that is
// damaged, made up, or of another sort is errs.Invalid.
func (o Order) Cursor(after string) (*Cursor, error) {
	if after == "" {
		return nil, nil
	}
	t, ok := decode(after)
	if !ok {
		return nil, refused("This page address is damaged. Start again from the first page.")
	}
	if t.Sort != o.String() {
		return nil, refused("This page address belongs to another sort order. Start again from the first page.")
	}
	id, err := uuid.Parse(t.ID)
	if err != nil || !o.accepts(t.Key) {
		return nil, refused("This page address is damaged. Start again from the first page.")
	}
	if t.Key == nil {
		return &Cursor{Null: true, ID: id}, nil
	}
	return &Cursor{Key: *t.Key, ID: id}, nil
}

func (o Order) accepts(key *string) bool {
	if key == nil {
		return o.Sort.Nullable
	}
	return o.Sort.Kind.reads(*key)
}

func decode(after string) (token, bool) {
	var t token
	if len(after) > maxToken {
		return t, false
	}
	b, err := base64.RawURLEncoding.DecodeString(after)
	if err != nil || json.Unmarshal(b, &t) != nil {
		return t, false
	}
	return t, t.Key == nil || utf8.ValidString(*t.Key) && !strings.ContainsRune(*t.Key, 0)
}

func refused(message string) error {
	return &errs.Error{Kind: errs.Invalid, Public: message, Fields: map[string]string{"after": message}}
}

// keyText writes a value the way PostgreSQL reads it back without loss.
func keyText(value any, k Kind) (text string, null bool, err error) {
	if v := reflect.ValueOf(value); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return "", true, nil
	}
	if v, ok := value.(driver.Valuer); ok {
		if value, err = v.Value(); err != nil || value == nil {
			return "", true, err
		}
	}
	switch v := value.(type) {
	case time.Time:
		return timeText(v, k), false, nil
	case []byte:
		return string(v), false, nil
	}
	return plainText(reflect.Indirect(reflect.ValueOf(value)), k)
}

func timeText(t time.Time, k Kind) string {
	if k == Date {
		return t.Format(time.DateOnly)
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func plainText(v reflect.Value, k Kind) (string, bool, error) {
	switch v.Kind() {
	case reflect.String:
		return v.String(), false, nil
	case reflect.Bool:
		return strconv.FormatBool(v.Bool()), false, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10), false, nil
	case reflect.Struct:
		if t, ok := v.Interface().(time.Time); ok {
			return timeText(t, k), false, nil
		}
	}
	return "", false, fmt.Errorf("a %s cannot be a sort key", v.Type())
}
