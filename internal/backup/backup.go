// Package backup writes the whole database into one file in one snapshot, proves such a file, and brings it back into
// an empty database whose schema our own migrations make: so a backup needs no program of PostgreSQL, and one of an
// older Seatledger or another PostgreSQL comes back as well. It knows tables by what the database says of them, and
// nothing of what stands in them. The master key is never in a backup.
package backup

import (
	"fmt"
	"regexp"
	"time"
)

const (
	what   = "Seatledger, backup of the database"
	format = 1
	suffix = ".backup"
)

// Head is what a backup says of itself.
type Head struct {
	What       string    `json:"what"`
	Format     int       `json:"format"`
	MadeAt     time.Time `json:"made_at"` // of the snapshot
	Program    string    `json:"program"` // the version of Seatledger
	Server     string    `json:"server"`  // the version of PostgreSQL
	Migrations []int64   `json:"migrations"`
	Keys       []uint32  `json:"keys"` // numbers of the master keys that may have sealed what is in it; none: not known
}

// Table is what a backup has of one table.
type Table struct {
	Name    string   `json:"name"` // schema.table
	Columns []string `json:"columns"`
	Rows    int64    `json:"rows"`
	Bytes   int64    `json:"bytes"`
	SHA256  string   `json:"sha256"`
}

func (t Table) entry() string { return "tables/" + t.Name + ".copy" }

// end is the last entry of a file: without it the file was cut off.
type end struct {
	Tables []Table `json:"tables"`
}

const (
	headEntry = "backup.json"
	endEntry  = "end.json"
)

// Summary is what a backup holds.
type Summary struct {
	Head   Head
	Tables []Table
	Bytes  int64 // of the file
}

// Rows is how many rows there are in all.
func (s Summary) Rows() int64 {
	var n int64
	for _, t := range s.Tables {
		n += t.Rows
	}
	return n
}

// fileName says when a backup was made, so that names sort by age.
func fileName(at time.Time) string {
	return "seatledger-" + at.UTC().Format("20060102T150405Z") + suffix
}

var named = regexp.MustCompile(`^seatledger-(\d{8}T\d{6}Z)\.backup$`)

// madeAt reads a file's name.
func madeAt(name string) (time.Time, bool) {
	m := named.FindStringSubmatch(name)
	if m == nil {
		return time.Time{}, false
	}
	at, err := time.Parse("20060102T150405Z", m[1])
	return at, err == nil
}

// errNotWhole says what is wrong with a file.
func errNotWhole(path, why string) error {
	return fmt.Errorf("%s is no backup that can be brought back: %s. Take an older one; nothing was changed", path,
		why)
}
