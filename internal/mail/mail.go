// Package mail is the way out for mail: the mail server and its sealed password, the
// talk with it, and the queue of what is to go out, with its tries. What the server
// said yes to is never handed to it again; where that is not known, the mail is
// "perhaps sent" and waits for a person. It knows no invoice and no notice: what a mail
// says, what is attached and whether it is still wanted come from those who queue it.
package mail

import (
	"cmp"
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
	"seatledger/internal/secret"
)

// Kind is what a mail is about.
type Kind string

// The kinds.
const (
	Invoice  Kind = "invoice"
	Reminder Kind = "reminder"
	Notice   Kind = "notice" // of what somebody here must hear of
)

// State is how far a mail has come.
type State string

// The states. Only a queued one is tried.
const (
	Queued    State = "queued"
	Sending   State = "sending"   // handed to the server, whose answer is not known yet
	Sent      State = "sent"      // the server took it for at least one recipient
	Refused   State = "refused"   // the server took it for nobody, and would not later
	Unknown   State = "unknown"   // perhaps sent: the answer was never heard
	Withdrawn State = "withdrawn" // no longer wanted when its turn came
)

// LinkHere stands in the words of a mail where a link goes that only its reader may know.
const LinkHere = "{link}"

// Recipient is one address, and what the server said of it.
type Recipient struct {
	Address string `json:"address"`
	Copy    bool   `json:"copy,omitempty"` // of the house; the others do not see it
	State   string `json:"state"`          // waiting, taken or refused
	Answer  string `json:"answer,omitempty"`
}

// What the server said of a recipient.
const (
	Waiting   = "waiting"
	Taken     = "taken"
	TurnedOff = "refused"
)

// Mail is one mail of the queue.
type Mail struct {
	ID           uuid.UUID
	Kind         Kind
	State        State
	InvoiceID    uuid.NullUUID
	CRMAccountID uuid.NullUUID `gorm:"column:crm_account_id"`
	ObjectName   string
	Stage        int
	Again        bool
	Language     string
	Subject      string
	Body         string
	LinesCSV     bool        `gorm:"column:lines_csv"`
	Recipients   []Recipient `gorm:"serializer:json"`
	Addresses    string
	QueuedAt     time.Time
	QueuedBy     string
	NextAt       time.Time
	Attempt      int
	Holder       string
	HeldUntil    *time.Time
	MessageID    string
	Server       string
	SentAt       *time.Time
	Answer       string
	Open         decimal.NullDecimal // what it asks for
}

// File is something attached to a mail.
type File struct {
	Name string
	Type string // as application/pdf
	Data []byte
}

// Service sends. Its functions are set once, by app.
type Service struct {
	DB     *postgres.DB
	Clock  clock.Clock
	Log    *slog.Logger
	Sealer *secret.Sealer
	Holder string // names this process in the leases of mails
	// Wanted is asked in the transaction that hands a mail over, and may lock what it reads: why it
	// is no longer wanted, or nothing.
	Wanted func(ctx context.Context, tx *gorm.DB, m Mail) (why string, err error)
	// Anew is asked there too: what the mail says by now, where that is something else than when it was
	// queued; nil: it goes out as it is. Only its words, and what it asks for, are taken.
	Anew func(ctx context.Context, tx *gorm.DB, m Mail) (*Letter, error)
	// Pointed hears who points mail to another server, port or sign-in, in the transaction that saves it.
	Pointed func(ctx context.Context, tx *gorm.DB, by audit.Actor, otherHost bool) error
	// Link is asked there too, of a mail whose words hold LinkHere: what goes out in its place. It is never stored, so
	// that who reads the queue can open nothing.
	Link func(ctx context.Context, tx *gorm.DB, m Mail) (string, error)
	// Files draws what is attached.
	Files func(ctx context.Context, db *gorm.DB, m Mail) ([]File, error)
	// Roots are whose certificates are believed; nil: those of the system.
	Roots *x509.CertPool
	// Limits are how long is waited for the server; where one is zero, as long as usual.
	Limits Limits
}

// Limits are how long is waited for a mail server in one conversation, so that none holds up the others.
type Limits struct {
	Dial   time.Duration // for the connection
	Answer time.Duration // for the greeting with the sign-in, and for each answer after it
	Data   time.Duration // for the content, and for the answer behind it
	Others time.Duration // while one mail is handed over: until the next one does not wait for it any longer
}

func (l Limits) usual() Limits {
	return Limits{Dial: cmp.Or(l.Dial, dialLimit), Answer: cmp.Or(l.Answer, answerLimit),
		Data: cmp.Or(l.Data, dataLimit), Others: cmp.Or(l.Others, othersLimit)}
}

// Get reads a mail; errs.NotFound when there is none.
func Get(ctx context.Context, db *gorm.DB, id uuid.UUID) (Mail, error) {
	return one(db.WithContext(ctx).Raw(`SELECT * FROM mails WHERE id = ?`, id))
}

func locked(ctx context.Context, tx *gorm.DB, id uuid.UUID) (Mail, error) {
	return one(tx.WithContext(ctx).Raw(`SELECT * FROM mails WHERE id = ? FOR UPDATE`, id))
}

func one(query *gorm.DB) (Mail, error) {
	found, err := scan(query)
	if err == nil && len(found) == 0 {
		err = errs.New(errs.NotFound, "There is no such mail.")
	}
	if err != nil {
		return Mail{}, err
	}
	return found[0], nil
}

func scan(query *gorm.DB) ([]Mail, error) {
	var found []Mail
	if err := query.Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("mails: %w", err)
	}
	return found, nil
}

// About are the mails of an invoice, the newest first.
func About(ctx context.Context, db *gorm.DB, invoice uuid.UUID) ([]Mail, error) {
	return scan(db.WithContext(ctx).Raw(`SELECT * FROM mails WHERE invoice_id = ? ORDER BY queued_at DESC, id DESC`,
		invoice))
}

// Attempt is one try.
type Attempt struct {
	Attempt int
	At      time.Time
	Outcome string
	Answer  string
}

// Attempts are the tries of a mail, the first one first.
func Attempts(ctx context.Context, db *gorm.DB, id uuid.UUID) ([]Attempt, error) {
	var rows []Attempt
	err := db.WithContext(ctx).Raw(`SELECT attempt, at, outcome, answer FROM mail_attempts WHERE mail_id = ?
		ORDER BY attempt`, id).Scan(&rows).Error
	return rows, err
}

// SentAlready refuses to send once more what may have arrived, with what a person can do.
func (m Mail) SentAlready() error {
	return errs.Newf(errs.Conflict, "It has a mail already, which is %s. Nothing was sent. "+
		"To send it once more, choose Send again.", m.State.Words())
}
