package httpx

import (
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
)

// ID reads an id out of the path. What is no UUID cannot be a record of ours: errs.NotFound.
func ID(c echo.Context, name string) (uuid.UUID, error) {
	return ParseID(c.Param(name))
}

// IDs reads the ticked ids of a list. One that is no UUID refuses them all: errs.Invalid.
func (v Values) IDs(name string) ([]uuid.UUID, error) {
	var out []uuid.UUID
	for _, s := range v.All(name) {
		id, err := ParseID(s)
		if err != nil {
			f := errs.Fields{}
			f.Add(name, "One of the chosen rows is not known. Reload the list and choose again.")
			return nil, f.Err()
		}
		out = append(out, id)
	}
	return out, nil
}

// ParseID takes the one spelling that we write: 36 characters with hyphens.
func ParseID(s string) (uuid.UUID, error) {
	id, err := uuid.Parse(s)
	if err != nil || len(s) != 36 {
		return uuid.Nil, errs.New(errs.NotFound, "There is no such page or record.")
	}
	return id, nil
}
