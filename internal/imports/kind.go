package imports

import (
	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Kind is one sort of file: its columns, and what its lines do to the records.
type Kind interface {
	// Subject says what is imported into, for the stored file and for the trail.
	Subject() Subject
	// Forms are the sorts of files it takes, at least one. The one of which most columns
	// are there is taken, of equals the first; a person may choose another.
	Forms() []Form
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

// Form is one sort of file: our own columns, or those of somebody's file as it is.
type Form struct {
	Name    string // as stored; may be empty for the only one
	Title   string // what a person chooses: "Subscriptions"
	Columns []Column
	// Theirs: the columns are somebody else's. A file that has all that are required is of
	// this form, whatever else fits, and its dates are written month first.
	Theirs bool
	// Asks: a file whose dates fit both orders is asked about, and what was answered about
	// one before holds for files with the same column names only.
	Asks bool
}

// Column is one column of a file.
type Column struct {
	Name     string // as CONTRACT spells it
	Required bool   // a file without it cannot be used; a line may still leave it empty
	Label    string // what a person chooses; Name when empty
	Holds    Holds
	Aliases  []string // other names of the column, in letters and digits of lower case
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

// Holds says what the values of a column are, so that they are read as such.
type Holds int

// What a column may hold. Text is as it was written.
const (
	Text   Holds = iota
	ID           // found again by it: what nobody sees is taken out of it
	Amount       // with decimals: comes as digits with a point
	Whole        // a number of things: comes as digits
	Date         // comes as YYYY-MM-DD where it can mean one day only
)

// Asker is a Kind that has to be told more of a file than which column is which.
type Asker interface {
	// Questions are what it asks of a file, with the answers so far. A question that is
	// needed and has no value, or has an error, keeps the file from its preview.
	Questions(tx *gorm.DB, t Table) ([]Question, error)
}

// Question is a choice of the person for the whole file.
type Question struct {
	Name    string
	Label   string
	Hint    string
	Value   string
	Options []Option // none: it is typed
	Needed  bool
	Error   string // why the value cannot be used
}

// Option is one answer.
type Option struct{ Value, Label string }

// Streamer is a Kind whose files may be long. They come row by row through Table.Each and
// are held nowhere; Lines are only some of them.
type Streamer interface {
	Asker
	Kind
	// Forgets are the questions whose answer holds for one file.
	Forgets() []string
}

// Rehearser is a Kind whose Plan writes what the lines say and takes it back, so that a
// preview promises nothing that Apply would refuse. Its previews are made under its
// Lock, in a transaction that is given up.
type Rehearser interface{ Rehearses() }

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
	Count *Summary // of all lines, where Rows are only some of them
	Apply string   // what the button says, where the counts of lines do not say it
	Notes []string
	// Write does it. It is called once, within the transaction that Lock and Plan were called in.
	Write func(tx *gorm.DB) error
}

// Refuse is the row of a line that cannot be used.
func Refuse(line int, label, reason string) Row {
	return Row{Line: line, Outcome: Refused, Label: label, Reason: reason}
}
