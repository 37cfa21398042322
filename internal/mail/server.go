package mail

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/secret"
	"seatledger/internal/settings"
)

// Security is how the way to the server is kept private.
type Security string

// The ways.
const (
	StartTLS Security = "starttls"
	TLS      Security = "tls"  // from the first byte
	Plain    Security = "none" // to this machine only
)

// Server is the mail server and who mail is from.
type Server struct {
	Host        string   `json:"host"` // empty: none is set up
	Port        int      `json:"port"`
	Security    Security `json:"security"`
	UserName    string   `json:"user_name"` // empty: no sign-in
	FromName    string   `json:"from_name"`
	FromAddress string   `json:"from_address"`
	ReplyTo     string   `json:"reply_to"`
	CopyTo      string   `json:"copy_to"`    // of what goes to customers; several with commas
	PerMinute   int      `json:"per_minute"` // mails
}

const row = "mail"

// DefaultPerMinute is a limit that every ordinary server takes.
const DefaultPerMinute = 30

// Load reads the server.
func Load(ctx context.Context, db *gorm.DB) (Server, settings.Saved, error) {
	s := Server{Port: 587, Security: StartTLS, PerMinute: DefaultPerMinute}
	saved, err := settings.Read(ctx, db, row, &s)
	return s, saved, err
}

// Ready tells whether mail can be queued at all.
func (s Server) Ready() bool { return s.Host != "" && s.FromAddress != "" }

// way is what a password is given for: the host, its port, and how the way there is kept private.
func (s Server) way() string { return s.address() + ", " + string(s.Security) }

func (s Server) address() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// Loopback tells whether a host as typed is this machine.
func Loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// Input is the form of the server, as typed.
type Input struct {
	Server
	Port          string
	PerMinute     string
	Password      distributor.Secret
	PasswordClear bool
	Version       int
}

// hostName is a name or an address; a port or a scheme is not part of it.
var hostName = regexp.MustCompile(`^([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?|[0-9a-f:.]*:[0-9a-f:.]*)$`)

func (in Input) checked() (Server, error) {
	s, problems := in.Server, errs.Fields{}
	s.Host = strings.ToLower(strings.TrimSpace(strings.Trim(s.Host, "[]")))
	if s.Host == "" {
		problems.Add("host", "Enter the name of the mail server.")
	} else if !hostName.MatchString(s.Host) || len(s.Host) > 253 {
		problems.Add("host", "Enter the name alone, like mail.reseller.example, without https:// and port.")
	}
	if s.Security == "" {
		s.Security = StartTLS
	}
	if s.Security != StartTLS && s.Security != TLS && s.Security != Plain {
		problems.Add("security", "Choose STARTTLS, TLS or none.")
	}
	if s.Security == Plain && s.Host != "" && !Loopback(s.Host) {
		problems.Add("security", "Without TLS, mail and password would travel open. "+
			"That is only accepted for a server on this machine (localhost).")
	}
	s.Port = in.port(s.Security, problems)
	s.PerMinute = number(problems, "per_minute", in.PerMinute, DefaultPerMinute, 1, 1000)
	s.UserName = strings.TrimSpace(s.UserName)
	if strings.ContainsFunc(s.UserName, unfit) || len(s.UserName) > 200 {
		problems.Add("user_name", "Enter the user name without blanks, at most 200 characters.")
	}
	s.FromName = Line(s.FromName)
	if utf8.RuneCountInString(s.FromName) > 100 {
		problems.Add("from_name", "This is longer than 100 characters.")
	}
	single(problems, "from_address", s.FromAddress, true)
	single(problems, "reply_to", s.ReplyTo, false)
	s.CopyTo = strings.Join(Addresses(problems, "copy_to", s.CopyTo), ", ")
	return s, problems.Err()
}

func (in Input) port(security Security, problems errs.Fields) int {
	usual := 587
	switch security {
	case TLS:
		usual = 465
	case Plain:
		usual = 25
	}
	return number(problems, "port", in.Port, usual, 1, 65535)
}

func number(problems errs.Fields, field, s string, otherwise, least, most int) int {
	if s = strings.TrimSpace(s); s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < least || n > most {
		problems.Add(field, "Enter a number from %d to %d.", least, most)
	}
	return n
}

func single(problems errs.Fields, field, s string, required bool) {
	switch {
	case s == "" && required:
		problems.Add(field, "Enter the address that mail is from.")
	case s != "" && !IsAddress(s):
		problems.Add(field, "%q is not an e-mail address.", s)
	}
}

// PasswordMark tells that the password is set, by whom and when: all a page may know of it.
type PasswordMark struct {
	SetAt  time.Time
	SetBy  string
	SentTo string // the way it was given for, as "mail.reseller.example:587, starttls"
}

// Set tells whether there is one.
func (m PasswordMark) Set() bool { return !m.SetAt.IsZero() }

// Password tells whether the password is set.
func Password(ctx context.Context, db *gorm.DB) (PasswordMark, error) {
	var m PasswordMark
	err := db.WithContext(ctx).Raw(`SELECT set_at, set_by, sent_to FROM mail_secrets WHERE name = 'password'`).
		Scan(&m).Error
	return m, err
}

// Save stores the server: errs.Invalid with messages by field, or settings.ErrStale. A password
// stays with the host, port and kind of TLS that it was given for: any other has it asked for again. What waited for
// a better server is tried at once.
func (s *Service) Save(ctx context.Context, by audit.Actor, in Input) error {
	after, err := in.checked()
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		before, saved, err := Load(ctx, tx)
		if err != nil {
			return err
		}
		if saved.Version != in.Version {
			return settings.ErrStale
		}
		mark, err := Password(ctx, tx)
		if err != nil {
			return err
		}
		if err := passwordFits(in, after, mark); err != nil {
			return err
		}
		word, err := s.savePassword(tx, by, after, in, mark)
		if err != nil {
			return err
		}
		pointed := word != "" || before.way() != after.way() || before.UserName != after.UserName
		if pointed && s.Pointed != nil {
			if err := s.Pointed(ctx, tx, by, before.Host != after.Host); err != nil {
				return err
			}
		}
		if err := settings.Write(ctx, tx, s.Clock, by, row, in.Version, after); err != nil {
			return err
		}
		if err := tx.Exec(`UPDATE mail_line SET trouble = '', trouble_at = NULL, failures = 0, again_at = NULL`).
			Error; err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "settings.changed", ObjectType: "settings",
			ObjectID: row, ObjectName: "Mail server", Before: before, After: saidWith(after, word)})
	})
}

type told struct {
	Server
	Password string `json:"password,omitempty"` // set or removed; never what it is
}

func saidWith(s Server, word string) any { return told{s, word} }

func passwordFits(in Input, after Server, mark PasswordMark) error {
	problems := errs.Fields{}
	switch {
	case after.UserName == "" && in.Password != "":
		problems.Add("user_name", "Enter the user name that the password belongs to.")
	case after.UserName == "" || in.Password != "":
	case mark.Set() && !in.PasswordClear && mark.SentTo != after.way():
		problems.Add("password", "The password was given for %s and is not sent to %s. Enter it again.",
			mark.SentTo, after.way())
	case !mark.Set() || in.PasswordClear:
		problems.Add("password", "Enter the password of %s, or leave the user name empty.", after.UserName)
	}
	if len(in.Password) > 500 || strings.ContainsAny(string(in.Password), "\x00\r\n") {
		problems.Add("password", "A password has no line ends, and at most 500 characters.")
	}
	return problems.Err()
}

func (s *Service) savePassword(tx *gorm.DB, by audit.Actor, srv Server, in Input, mark PasswordMark) (string, error) {
	switch {
	case in.Password != "":
		sealed, err := s.Sealer.Seal(secret.MailSecret(srv.way()), in.Password)
		if err != nil {
			return "", err
		}
		return "set", tx.Exec(`INSERT INTO mail_secrets (name, sealed, sent_to, set_at, set_by)
			VALUES ('password', ?, ?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed, sent_to = excluded.sent_to,
				set_at = excluded.set_at, set_by = excluded.set_by`, sealed, srv.way(), s.Clock.Now(), by.Name).Error
	case mark.Set() && (in.PasswordClear || srv.UserName == ""):
		return "removed", tx.Exec(`DELETE FROM mail_secrets`).Error
	}
	return "", nil
}

// open is the password for a server; empty where none is needed.
func (s *Service) open(ctx context.Context, srv Server) (distributor.Secret, error) {
	if srv.UserName == "" {
		return "", nil
	}
	var rows []struct {
		Sealed []byte
		SentTo string
	}
	err := s.DB.Read(ctx).Raw(`SELECT sealed, sent_to FROM mail_secrets WHERE name = 'password'`).Scan(&rows).Error
	switch {
	case err != nil:
		return "", err
	case len(rows) == 0:
		return "", errs.Newf(errs.Conflict, "No password is stored for %s. Enter it under Settings, Mail.",
			srv.UserName)
	case rows[0].SentTo != srv.way():
		return "", errs.Newf(errs.Conflict, "The password was given for %s and is not sent to %s. "+
			"Enter it again under Settings, Mail.", rows[0].SentTo, srv.way())
	}
	return s.Sealer.Open(secret.MailSecret(srv.way()), rows[0].Sealed)
}

// BindPassword seals a password that was bound to its host alone, as before, for the port and the kind of TLS that it
// goes by now. What does not open for that host is left: a person enters it again.
func (s *Service) BindPassword(ctx context.Context) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		srv, _, err := Load(ctx, tx)
		if err != nil || srv.Host == "" {
			return err
		}
		var rows [][]byte
		err = tx.Raw(`SELECT sealed FROM mail_secrets WHERE name = 'password' AND sent_to = ? FOR UPDATE`, srv.Host).
			Scan(&rows).Error
		if err != nil || len(rows) == 0 {
			return err
		}
		plain, err := s.Sealer.Open(secret.MailSecret(srv.Host), rows[0])
		if errors.Is(err, secret.ErrDoesNotOpen) {
			return nil
		}
		if err != nil {
			return err
		}
		sealed, err := s.Sealer.Seal(secret.MailSecret(srv.way()), plain)
		if err != nil {
			return err
		}
		return tx.Exec(`UPDATE mail_secrets SET sealed = ?, sent_to = ? WHERE name = 'password'`, sealed, srv.way()).
			Error
	})
}
