package imports

import (
	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Kind is one sort of file: its columns, and what its lines do to the records.
type Kind interface {
	// Subject says what is imported into, for the stored file and for the trail.
	Subject() Subject
	// Columns are those the file may have. Others are named in the preview and passed over.
	Columns() []Column
	// Lock keeps the records concerned as they are until the transaction ends, so
	// that what Plan finds is what Write changes.
	Lock(tx *gorm.DB) error
	// Plan compares the lines with what stands now. It changes nothing.
	Plan(tx *gorm.DB, t Table) (Plan, error)
}

// Subject is what a file is imported into.
type Subject struct {
	Kind       string    // as stored: crm-accounts, price-list, provider
	Target     uuid.UUID // the one record; uuid.Nil for crm-accounts
	ObjectType string    // for the trail: price_list
	ObjectName string
}

// Column is one column of a file.
type Column struct {
	Name     string // as CONTRACT spells it
	Required bool   // a file without it is refused; a line may still leave it empty
	Label    string // what a person chooses; Name when empty
	// Aliases are other names of the column, in letters and digits of lower case. A kind
	// with any lets a person choose which column of a file is which.
	Aliases []string
	// Looks tells whether a value looks like one of this column, where no name says so.
	Looks func(string) bool
	// Strict takes a column of this name only when its values look so.
	Strict bool
	// Spared: files in other people's words may do without it, though it is Required.
	Spared bool
}

func (c Column) label() string {
	if c.Label != "" {
		return c.Label
	}
	return c.Name
}

// Undoer is a Kind whose application can be taken back.
type Undoer interface {
	// PlanUndo compares what the import did with what stands now. It changes nothing.
	PlanUndo(tx *gorm.DB, importID uuid.UUID) (Undo, error)
}

// Undo is what taking an import back would do, or did.
type Undo struct {
	Removed  int   `json:"removed"`  // records that the import had made
	Restored int   `json:"restored"` // records whose fields go back to what they were
	Rows     []Row `json:"rows"`     // Refused: kept as it stands, and why
	// Write does it, within the transaction of Lock and PlanUndo.
	Write func(tx *gorm.DB) error `json:"-"`
}

// Kept is how many records stay, wholly or in part, as they are.
func (u Undo) Kept() int {
	n := 0
	for _, r := range u.Rows {
		if r.Outcome == Refused || r.Note != "" {
			n++
		}
	}
	return n
}

// Outcome is what a line does.
type Outcome string

// The outcomes.
const (
	New       Outcome = "new"
	Changed   Outcome = "changed"
	Unchanged Outcome = "unchanged"
	Refused   Outcome = "refused"
)

// Row is one line of the file and what it does.
type Row struct {
	Line    int      `json:"line"`
	Outcome Outcome  `json:"outcome"`
	Label   string   `json:"label"` // names the record: a customer, a part number
	Changes []Change `json:"changes,omitempty"`
	Reason  string   `json:"reason,omitempty"` // why it is refused
	Note    string   `json:"note,omitempty"`
}

// Change is one field that a line changes.
type Change struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// Plan is what a file would do now.
type Plan struct {
	Rows  []Row
	Notes []string
	// Write does it. It is called once, within the transaction that Lock and Plan were called in.
	Write func(tx *gorm.DB) error
}

// Refuse is the row of a line that cannot be used.
func Refuse(line int, label, reason string) Row {
	return Row{Line: line, Outcome: Refused, Label: label, Reason: reason}
}
