package letters

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/mail"
	"seatledger/internal/notify"
	"seatledger/internal/settings"
	"seatledger/internal/words"
)

// Wish is of which notices a person wants mail, and when. Times are minutes since midnight in their zone.
type Wish struct {
	Choice     notify.Choice
	Daily      bool // one mail a day, at DailyAt; else at once
	DailyAt    int
	Quiet      bool // nothing at once from QuietFrom until QuietUntil; it comes afterwards
	QuietFrom  int
	QuietUntil int
	Zone       string
	Version    int
}

type storedWish struct {
	UserID                         uuid.UUID
	Email                          string
	Severity                       notify.Severity
	Kinds                          string
	Daily                          bool
	DailyAt, QuietFrom, QuietUntil int
	Quiet                          bool
	Zone                           string
	Since                          time.Time
	DailyOn                        *clock.Date
	Version                        int
}

func (w storedWish) wish() Wish {
	return Wish{Choice: notify.ChoiceOf(w.Severity, w.Kinds), Daily: w.Daily, DailyAt: w.DailyAt, Quiet: w.Quiet,
		QuietFrom: w.QuietFrom, QuietUntil: w.QuietUntil, Zone: w.Zone, Version: w.Version}
}

// WishOf is what a person wants; nothing, until they say.
func (s Service) WishOf(ctx context.Context, db *gorm.DB, user uuid.UUID) (Wish, error) {
	var found []storedWish
	err := db.WithContext(ctx).Raw(`SELECT * FROM notice_wishes WHERE user_id = ?`, user).Scan(&found).Error
	if err != nil || len(found) == 0 {
		return Wish{Choice: notify.Choice{From: notify.Silent}, DailyAt: 8 * 60, QuietFrom: 20 * 60,
			QuietUntil: 7 * 60,
			Zone:       s.Zone.String()}, err
	}
	return found[0].wish(), nil
}

// WishInput is the form, as typed.
type WishInput struct {
	Choice                         notify.Choice
	Daily, Quiet                   bool
	DailyAt, QuietFrom, QuietUntil string // hh:mm
	Zone                           string
	Version                        int
}

// MinuteText writes a time of day as the form has it.
func MinuteText(n int) string { return fmt.Sprintf("%02d:%02d", n/60, n%60) }

func minute(f errs.Fields, field, text string) int {
	at, err := time.Parse("15:04", strings.TrimSpace(text))
	if err != nil {
		f.Add(field, "Enter a time of day as 08:00 or 20:30.")
	}
	return at.Hour()*60 + at.Minute()
}

func (in WishInput) checked() (Wish, error) {
	f := errs.Fields{}
	w := Wish{Choice: in.Choice.Checked(f, true), Daily: in.Daily, Quiet: in.Quiet, Zone: strings.TrimSpace(in.Zone),
		DailyAt: minute(f, "daily_at", in.DailyAt), QuietFrom: minute(f, "quiet_from", in.QuietFrom),
		QuietUntil: minute(f, "quiet_until", in.QuietUntil)}
	if _, err := time.LoadLocation(w.Zone); err != nil || w.Zone == "" || w.Zone == "Local" {
		f.Add("zone", "Enter a time zone by its name, as America/New_York or Europe/Berlin.")
	}
	if w.Quiet && w.QuietFrom == w.QuietUntil {
		f.Add("quiet_until", "The quiet hours would never end. Enter another time.")
	}
	return w, f.Err()
}

// SaveWish stores what a person wants: errs.Invalid with messages by field, or settings.ErrStale. Mail begins with
// what is told from now on.
func (s Service) SaveWish(ctx context.Context, by audit.Actor, user uuid.UUID, in WishInput) error {
	after, err := in.checked()
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		before, err := s.WishOf(ctx, tx, user)
		if err != nil {
			return err
		}
		now := s.Clock.Now()
		done := tx.Exec(`INSERT INTO notice_wishes AS was (user_id, severity, kinds, daily, daily_at, quiet,
		quiet_from,
				quiet_until, zone, since, daily_on, version, updated_at)
			VALUES (@user, @severity, @kinds, @daily, @daily_at, @quiet, @from, @until, @zone, @now,
				CAST(@daily_on AS date), 1, @now)
			ON CONFLICT (user_id) DO UPDATE SET severity = excluded.severity, kinds = excluded.kinds,
				daily = excluded.daily, daily_at = excluded.daily_at, quiet = excluded.quiet,
				quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until, zone = excluded.zone,
				since = CASE was.severity WHEN 'none' THEN excluded.since ELSE was.since END,
				daily_on = CASE WHEN (was.daily, was.daily_at, was.zone) = (excluded.daily, excluded.daily_at,
					excluded.zone) THEN was.daily_on ELSE excluded.daily_on END,
				version = was.version + 1, updated_at = excluded.updated_at
			WHERE was.version = @version`, map[string]any{"user": user, "severity": after.Choice.From,
			"kinds": after.Choice.List(), "daily": after.Daily, "daily_at": after.DailyAt, "quiet": after.Quiet,
			"from": after.QuietFrom, "until": after.QuietUntil, "zone": after.Zone, "now": now,
			"daily_on": after.passed(now), "version": in.Version})
		if done.Error == nil && (done.RowsAffected == 0 || before.Version != in.Version) {
			return settings.ErrStale
		}
		if done.Error != nil {
			return done.Error
		}
		after.Version = in.Version + 1
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "user.notices_wished", ObjectType: "user",
			ObjectID: user.String(), ObjectName: by.Name, Before: before, After: after})
	})
}

// passed is today in a person's zone where its mail would have been written by now: theirs begin tomorrow.
func (w Wish) passed(now time.Time) *clock.Date {
	zone, err := time.LoadLocation(w.Zone)
	if err != nil {
		return nil
	}
	local := now.In(zone)
	if today := clock.DateOf(now, zone); local.Hour()*60+local.Minute() >= w.DailyAt {
		return &today
	}
	return nil
}

// TellPeople queues to each person who wants it a mail of what they were not mailed yet: at once, but not in their
// quiet hours, or once a day. Each notice goes to each person in one mail, however many processes look.
func (s Service) TellPeople(ctx context.Context) error {
	srv, _, err := mail.Load(ctx, s.DB.Read(ctx))
	if err != nil || !srv.Ready() {
		return err
	}
	var all []storedWish
	err = s.DB.Read(ctx).Raw(`SELECT w.*, u.email FROM notice_wishes w JOIN users u ON u.id = w.user_id AND u.active
		WHERE w.severity <> 'none' ORDER BY w.user_id`).Scan(&all).Error
	for _, w := range all {
		if err == nil {
			err = s.DB.InTx(ctx, func(tx *gorm.DB) error { return s.tellPerson(ctx, tx, w.UserID) })
		}
	}
	return err
}

func (s Service) tellPerson(ctx context.Context, tx *gorm.DB, user uuid.UUID) error {
	var held []storedWish
	err := tx.Raw(`SELECT w.*, u.email FROM notice_wishes w JOIN users u ON u.id = w.user_id AND u.active
		WHERE w.user_id = ? AND w.severity <> 'none' FOR UPDATE OF w SKIP LOCKED`, user).Scan(&held).Error
	if err != nil || len(held) == 0 {
		return err
	}
	w, now := held[0], s.Clock.Now()
	zone, err := time.LoadLocation(w.Zone)
	if err != nil {
		zone = s.Zone
	}
	if !w.due(now.In(zone)) {
		return nil
	}
	since := w.Since
	if oldest := now.Add(-notOlder); since.Before(oldest) {
		since = oldest
	}
	var all []told
	err = tx.Raw(`SELECT n.id, n.at, n.kind, n.severity, n.object_name, n.provider, n.text FROM notices n
		JOIN notice_wishes w ON w.user_id = ? AND `+notify.ChosenSQL("w")+`
		WHERE n.at >= ? AND NOT EXISTS (SELECT FROM notice_mails_to m WHERE m.user_id = w.user_id AND m.notice_id =
		n.id)
		ORDER BY n.at, n.id`, user, since).Scan(&all).Error
	if err != nil {
		return fmt.Errorf("notices to mail to a person: %w", err)
	}
	if w.Daily {
		err = tx.Exec(`UPDATE notice_wishes SET daily_on = ? WHERE user_id = ?`, clock.DateOf(now, zone), user).Error
	}
	if err != nil || len(all) == 0 || !w.Daily && all[0].At.After(now.Add(-gather)) {
		return err
	}
	return s.mailPerson(ctx, tx, w, zone, all)
}

func (s Service) mailPerson(ctx context.Context, tx *gorm.DB, w storedWish, zone *time.Location, all []told) error {
	subject, body := s.digest(all, zone)
	body += "What you are mailed is set in your profile, under Notices by mail.\n"
	id, _, err := s.Mail.Queue(ctx, tx, audit.System, mail.Letter{Kind: mail.Notice, Language: "en",
		ObjectName: words.Counted(len(all), "notice"), To: []string{w.Email}, Subject: subject, Body: body})
	for _, n := range all {
		if err == nil {
			err = tx.Exec(`INSERT INTO notice_mails_to (user_id, notice_id, mail_id) VALUES (?, ?, ?)`, w.UserID,
				n.ID,
				id).Error
		}
	}
	return err
}

// due tells whether a person is mailed at a moment, which is in their zone.
func (w storedWish) due(local time.Time) bool {
	at := local.Hour()*60 + local.Minute()
	if w.Daily {
		return at >= w.DailyAt && (w.DailyOn == nil || *w.DailyOn != clock.DateOf(local, local.Location()))
	}
	switch {
	case !w.Quiet:
		return true
	case w.QuietFrom < w.QuietUntil:
		return at < w.QuietFrom || at >= w.QuietUntil
	}
	return at < w.QuietFrom && at >= w.QuietUntil
}

// readerGone says of a mail of notices to a person why it is no longer wanted, or nothing.
func readerGone(ctx context.Context, tx *gorm.DB, m mail.Mail) (string, error) {
	var gone int
	err := tx.WithContext(ctx).Raw(`SELECT count(*) FROM notice_mails_to t JOIN users u ON u.id = t.user_id
		WHERE t.mail_id = ? AND NOT u.active`, m.ID).Scan(&gone).Error
	if err != nil || gone == 0 {
		return "", err
	}
	return "Its reader was disabled before it was sent.", nil
}
