package postgres

import (
	"database/sql/driver"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
)

// Texts is a text[] value. gorm would spread a plain slice over several parameters.
type Texts []string

// Value writes the array; nil is the empty array.
func (a Texts) Value() (driver.Value, error) {
	return encode(pgtype.TextArrayOID, append([]string{}, a...))
}

// Scan reads a text[] column.
func (a *Texts) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*a = nil
		return nil
	case string:
		return pgtype.NewMap().Scan(pgtype.TextArrayOID, pgtype.TextFormatCode, []byte(v), (*[]string)(a))
	case []byte:
		return pgtype.NewMap().Scan(pgtype.TextArrayOID, pgtype.TextFormatCode, v, (*[]string)(a))
	}
	return fmt.Errorf("postgres.Texts: cannot scan %T", src)
}

// IDs is a uuid[] value, for `= ANY(?)`.
type IDs []uuid.UUID

// Value writes the array; nil is the empty array.
func (a IDs) Value() (driver.Value, error) {
	raw := make([][16]byte, len(a))
	for i, id := range a {
		raw[i] = id
	}
	return encode(pgtype.UUIDArrayOID, raw)
}

func encode(oid uint32, v any) (driver.Value, error) {
	b, err := pgtype.NewMap().Encode(oid, pgtype.TextFormatCode, v, nil)
	return string(b), err
}
