package letters

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/mail"
	"seatledger/internal/notify"
	"seatledger/internal/words"
)

const (
	gather     = 2 * time.Minute    // so long notices are gathered for one mail
	notOlder   = 3 * 24 * time.Hour // what nobody could be told by mail for so long stands on the bell's page alone
	mostInMail = 40
)

type told struct {
	ID         uuid.UUID
	At         time.Time
	Kind       notify.Kind
	Severity   notify.Severity
	ObjectName string
	Provider   string
	Text       string
}

// Tell queues one mail with the notices that nobody was mailed yet, to those who are chosen. Each notice goes into
// one mail, however many processes look.
func (s Service) Tell(ctx context.Context) error {
	r, _, err := LoadRules(ctx, s.DB.Read(ctx))
	if err != nil || r.NoticesTo == "" {
		return err
	}
	srv, _, err := mail.Load(ctx, s.DB.Read(ctx))
	if err != nil || !srv.Ready() {
		return err
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error { return s.tell(ctx, tx, r) })
}

func (s Service) tell(ctx context.Context, tx *gorm.DB, r Rules) error {
	now := s.Clock.Now()
	since := r.NoticesSince
	if oldest := now.Add(-notOlder); since.Before(oldest) {
		since = oldest
	}
	// One process at a time: the others find the notices of this mail taken.
	if err := tx.Exec(`SELECT FROM mail_line FOR UPDATE`).Error; err != nil {
		return err
	}
	var all []told
	err := tx.Raw(`SELECT n.id, n.at, n.kind, n.severity, n.object_name, n.provider, n.text FROM notices n
		WHERE n.at >= ? AND n.severity IN (?) AND NOT EXISTS (SELECT FROM notice_mails m WHERE m.notice_id = n.id)
		ORDER BY n.at, n.id`, since, graver(r.NoticesFrom)).Scan(&all).Error
	if err != nil {
		return fmt.Errorf("notices to mail: %w", err)
	}
	if len(all) == 0 || all[0].At.After(now.Add(-gather)) {
		return nil
	}
	subject, body := s.digest(all, s.Zone)
	body += "Who gets this mail is set under Settings, Mail.\n"
	id, _, err := s.Mail.Queue(ctx, tx, audit.System, mail.Letter{Kind: mail.Notice, Language: "en",
		ObjectName: words.Counted(len(all), "notice"), To: mail.Split(r.NoticesTo), Subject: subject, Body: body})
	if err != nil {
		return err
	}
	for _, n := range all {
		if err := tx.Exec(`INSERT INTO notice_mails (notice_id, mail_id) VALUES (?, ?)`, n.ID, id).Error; err != nil {
			return err
		}
	}
	return nil
}

func graver(from notify.Severity) []notify.Severity {
	switch from {
	case notify.Info:
		return []notify.Severity{notify.Info, notify.Warn, notify.Bad}
	case notify.Warn:
		return []notify.Severity{notify.Warn, notify.Bad}
	}
	return []notify.Severity{notify.Bad}
}

// digest writes the gravest first; the subject says what the mail is worth opening for.
func (s Service) digest(all []told, zone *time.Location) (subject, body string) {
	var b strings.Builder
	first, shown := "", 0
	for _, severity := range []notify.Severity{notify.Bad, notify.Warn, notify.Info} {
		for _, n := range all {
			if n.Severity != severity {
				continue
			}
			if first == "" {
				first = strings.Join(nonEmpty(n.Kind.Label(), n.Provider), ", ")
			}
			if shown++; shown > mostInMail {
				continue
			}
			fmt.Fprintf(&b, "%s: %s\n%s\n%s\n\n", n.Kind.Label(), n.ObjectName, n.Text,
				n.At.In(zone).Format("2 Jan 2006 15:04 MST"))
		}
	}
	subject = "Seatledger: " + first
	if len(all) > 1 {
		subject += fmt.Sprintf(", and %s more", words.Counted(len(all)-1, "notice"))
	}
	if shown > mostInMail {
		fmt.Fprintf(&b, "And %s more.\n\n", words.Counted(shown-mostInMail, "notice"))
	}
	if s.BaseURL != "" {
		fmt.Fprintf(&b, "All of them: %s/notices\n", s.BaseURL)
	}
	return subject, b.String()
}

func nonEmpty(texts ...string) []string {
	var out []string
	for _, t := range texts {
		if t != "" {
			out = append(out, t)
		}
	}
	return out
}
