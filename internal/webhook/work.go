package webhook

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/outbound"
	"seatledger/internal/errs"
	"seatledger/internal/notify"
)

// State is how far a delivery has come.
type State string

// The states. Only a queued one is tried.
const (
	Queued    State = "queued"
	Delivered State = "delivered"
	Failed    State = "failed"
)

// pauses are how long a delivery waits behind its n-th try, as Standard Webhooks propose: three days and a bit in
// all.
var pauses = []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
	10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}

const (
	notOlder = 7 * 24 * time.Hour // what could not be queued for so long stands on the bell's page alone
	atOnce   = 4                  // tries of one process
	oneTurn  = 10 * time.Second   // after which a turn begins no further try
	takeLock = 0x5EA7A141         // who takes the next delivery holds it alone
)

type delivery struct {
	WebhookID uuid.UUID
	ID        uuid.UUID
	NoticeID  uuid.NullUUID
	State     State
	Round     int
	Attempt   int
	QueuedAt  time.Time
}

// Work queues what is to be sent and tries what is due. One receiver is asked by one process at a time, so that a
// slow one holds no other up. Several processes may do so at once.
func (s *Service) Work(ctx context.Context) error {
	if err := s.gather(ctx); err != nil {
		return err
	}
	until := clock.System{}.Now().Add(oneTurn)
	var all errgroup.Group
	for range atOnce {
		all.Go(func() error {
			for ctx.Err() == nil && (clock.System{}).Now().Before(until) {
				d, found, err := s.take(ctx)
				if err != nil || !found {
					return err
				}
				if err := s.send(ctx, d); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return all.Wait()
}

// gather queues each notice once for each webhook that wants it, however many processes look. It goes by what is not
// queued yet and not by how far it came, since a notice may be committed later than a newer one.
func (s *Service) gather(ctx context.Context) error {
	now := s.Clock.Now()
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		err := tx.Exec(`INSERT INTO webhook_deliveries (webhook_id, id, notice_id, state, queued_at, next_at)
			SELECT w.id, n.id, n.id, 'queued', CAST(@now AS timestamptz), CAST(@now AS timestamptz) FROM webhooks w
			JOIN notices n ON n.at >= greatest(w.since, CAST(@oldest AS timestamptz)) AND `+notify.ChosenSQL("w")+`
			WHERE w.active AND NOT EXISTS (SELECT FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.id = n.id)
			ORDER BY n.at, n.id
			ON CONFLICT DO NOTHING`, map[string]any{"now": now, "oldest": now.Add(-notOlder)}).Error
		if err != nil {
			return fmt.Errorf("notices for webhooks: %w", err)
		}
		return nil
	})
}

// take gives the next delivery whose turn it is, in the hands of this process.
func (s *Service) take(ctx context.Context) (d delivery, found bool, err error) {
	err = s.DB.InTx(ctx, func(tx *gorm.DB) error {
		// One takes at a time: two that look at once would each find the same receiver free.
		if err := tx.Exec(`SELECT pg_advisory_xact_lock(?)`, takeLock).Error; err != nil {
			return err
		}
		var due []delivery
		err := tx.Raw(`SELECT d.* FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id AND w.active
			WHERE d.state = 'queued' AND d.next_at <= ? AND (d.held_until IS NULL OR d.held_until < clock_timestamp())
			AND NOT EXISTS (SELECT FROM webhook_deliveries h WHERE h.webhook_id = d.webhook_id
				AND h.held_until >= clock_timestamp())
			ORDER BY d.next_at, d.id LIMIT 1 FOR UPDATE OF d SKIP LOCKED`, s.Clock.Now()).Scan(&due).Error
		found = err == nil && len(due) == 1
		if !found {
			return err
		}
		d = due[0]
		return s.hold(tx, &d)
	})
	return d, found && err == nil, err
}

// hold begins a try: from here on only who knows its number may note what comes of it.
func (s *Service) hold(tx *gorm.DB, d *delivery) error {
	d.Attempt++
	err := tx.Exec(`UPDATE webhook_deliveries SET attempt = ?, holder = ?,
		held_until = clock_timestamp() + make_interval(secs => ?) WHERE webhook_id = ? AND id = ?`, d.Attempt,
		s.Holder,
		lease.Seconds(), d.WebhookID, d.ID).Error
	if err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO webhook_tries (webhook_id, delivery_id, attempt, at) VALUES (?, ?, ?, ?)`,
		d.WebhookID,
		d.ID, d.Attempt, s.Clock.Now()).Error
}

// outcome is what came of a try.
type outcome struct {
	what   string
	code   int
	ms     int
	answer string
	wait   time.Duration // that the receiver asked for
}

// What came of a try.
const (
	taken   = "delivered"
	failed  = "failed"
	gone    = "gone"
	stopped = "stopped"  // we were stopped in the middle of it
	unmade  = "not made" // we could not write it, which is no fault of the receiver
)

// send is one try.
func (s *Service) send(ctx context.Context, d delivery) error {
	w, err := Get(ctx, s.DB.Read(ctx), d.WebhookID)
	if errs.KindOf(err) == errs.NotFound {
		return nil // it was removed meanwhile
	}
	if err != nil {
		return err
	}
	_, err = s.sendTo(ctx, w, d)
	return err
}

func (s *Service) sendTo(ctx context.Context, w Webhook, d delivery) (outcome, error) {
	o := s.try(ctx, w, d)
	if ctx.Err() != nil && o.what == failed && o.code == 0 {
		o = outcome{what: stopped, answer: "Seatledger was stopped before the receiver answered."}
	}
	s.Log.InfoContext(ctx, "webhook", "webhook", w.ID, "delivery", d.ID, "attempt", d.Attempt, "outcome", o.what,
		"code", o.code, "ms", o.ms)
	s.Meter.Delivery(o.what)
	return o, s.note(context.WithoutCancel(ctx), d, o)
}

func (s *Service) try(ctx context.Context, w Webhook, d delivery) outcome {
	k, err := s.open(ctx, w)
	if err != nil {
		return outcome{what: failed, answer: errs.Public(err)}
	}
	n, err := s.noticeOf(ctx, w, d)
	if err != nil {
		return outcome{what: unmade, answer: "The notice could not be read: " + errs.Public(err)}
	}
	link := ""
	if s.BaseURL != "" {
		link = s.BaseURL + "/notices"
	}
	body, err := n.compose(w.Shape, link)
	if err != nil {
		return outcome{what: unmade, answer: "The message could not be written."}
	}
	at, _ := clock.True(s.Clock)
	header := http.Header{"Content-Type": {"application/json"}, "Webhook-Id": {d.ID.String()},
		"Webhook-Timestamp": {strconv.FormatInt(at.Unix(), 10)}}
	signed := ""
	if w.Shape == Standard {
		signed = signatures(k.signing, d.ID.String(), at, body)
		header.Set("Webhook-Signature", signed)
	}
	begin := clock.System{}.Now()
	a, err := s.Out.Do(ctx, outbound.Request{Op: "webhook", Method: http.MethodPost, URL: k.address.Reveal(),
		Header: header, Body: body, Small: true})
	defer a.Release()
	o := judged(a, err, append(k.signing, k.address, distributor.Secret(signed)))
	o.ms = int((clock.System{}).Now().Sub(begin).Milliseconds())
	return o
}

// judged is what an answer comes to. The code decides: what a receiver says after a yes takes nothing back.
func judged(a outbound.Answer, err error, secrets []distributor.Secret) outcome {
	var e *distributor.Error
	if errors.As(err, &e) && a.Status == 0 {
		return outcome{what: failed, code: e.StatusCode, answer: forReceivers(e.Message)}
	}
	if err != nil && a.Status == 0 {
		return outcome{what: failed, answer: "There was no answer."}
	}
	o := outcome{what: failed, code: a.Status, answer: said(a, secrets)}
	switch {
	case a.Status >= 200 && a.Status < 300:
		o.what = taken
	case a.Status == http.StatusGone:
		o.what = gone
	}
	if secs, err := strconv.Atoi(a.Header.Get("Retry-After")); err == nil && secs > 0 {
		o.wait = min(time.Duration(min(secs, 86400))*time.Second, pauses[len(pauses)-1])
	}
	return o
}

// said is the beginning of an answer, in one line, for a person who looks for what is wrong. One that repeats
// something secret is not kept.
func said(a outbound.Answer, secrets []distributor.Secret) string {
	text := strings.Join(strings.FieldsFunc(strings.ToValidUTF8(string(a.Body[:min(len(a.Body), 600)]), " "),
		func(r rune) bool { return !unicode.IsPrint(r) || unicode.IsSpace(r) }), " ")
	for _, s := range secrets {
		plain := s.Reveal()
		if _, behind, is := strings.Cut(plain, "://"); is { // an address: what stands behind the host
			_, plain, _ = strings.Cut(behind, "/")
		}
		if len(plain) > 4 && strings.Contains(string(a.Body), plain) {
			return "(The answer repeats a secret and is not kept.)"
		}
	}
	return cut(text, 200)
}

func (s *Service) noticeOf(ctx context.Context, w Webhook, d delivery) (notice, error) {
	if !d.NoticeID.Valid {
		return testOf(d.ID, d.QueuedAt, w.Name), nil
	}
	var found []notice
	err := s.DB.Read(ctx).Raw(`SELECT id, at, kind, severity, object_type, object_id, object_name, provider_id,
		provider,
		text, seats_lost, seats_gained, money_month FROM notices WHERE id = ?`, d.NoticeID.UUID).Scan(&found).Error
	if err == nil && len(found) == 0 {
		err = errs.New(errs.NotFound, "There is no such notice.")
	}
	if err != nil {
		return notice{}, err
	}
	return found[0], nil
}

// note writes what came of a try. Of a try that another has taken over only the log learns.
func (s *Service) note(ctx context.Context, d delivery, o outcome) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		w, err := locked(tx, d.WebhookID)
		if errs.KindOf(err) == errs.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		if err := tx.Exec(`UPDATE webhook_tries SET code = ?, ms = ?, outcome = ?, answer = ?
			WHERE webhook_id = ? AND delivery_id = ? AND attempt = ?`, o.code, o.ms, o.what, o.answer, d.WebhookID,
			d.ID,
			d.Attempt).Error; err != nil {
			return err
		}
		var stands []delivery
		if err := tx.Raw(`SELECT * FROM webhook_deliveries WHERE webhook_id = ? AND id = ? FOR UPDATE`, d.WebhookID,
			d.ID).Scan(&stands).Error; err != nil || len(stands) == 0 {
			return err
		}
		if stands[0].State == Delivered || stands[0].Attempt != d.Attempt && o.what != taken {
			return nil
		}
		return s.settle(tx, &w, stands[0], o)
	})
}

func (s *Service) settle(tx *gorm.DB, w *Webhook, d delivery, o outcome) error {
	now, state, next := s.Clock.Now(), d.State, d.QueuedAt
	switch {
	case o.what == taken:
		return errors.Join(tx.Exec(`UPDATE webhook_deliveries SET state = 'delivered', delivered_at = ?, holder = '',
			held_until = NULL WHERE webhook_id = ? AND id = ?`, now, d.WebhookID, d.ID).Error,
			tx.Exec(`UPDATE webhooks SET failing_since = NULL WHERE id = ? AND failing_since IS NOT NULL`,
				w.ID).Error)
	case o.what == stopped:
		next = now
	case o.what == unmade:
		next = now.Add(time.Minute)
	case o.what == gone || d.Round >= len(pauses) || !d.NoticeID.Valid:
		state, d.Round = Failed, d.Round+1
	default:
		next, d.Round = now.Add(max(pauses[d.Round], o.wait)), d.Round+1
	}
	err := tx.Exec(`UPDATE webhook_deliveries SET state = ?, next_at = ?, round = ?, holder = '', held_until = NULL
		WHERE webhook_id = ? AND id = ?`, state, next, d.Round, d.WebhookID, d.ID).Error
	if err != nil || o.what == stopped || o.what == unmade || !d.NoticeID.Valid && o.what != gone {
		return err
	}
	return s.trouble(tx, w, o, now)
}

// trouble notes that a receiver fails, and switches it off when it is gone or has failed for days.
func (s *Service) trouble(tx *gorm.DB, w *Webhook, o outcome, now time.Time) error {
	if w.FailingSince == nil {
		w.FailingSince = &now
		if err := tx.Exec(`UPDATE webhooks SET failing_since = ? WHERE id = ?`, now, w.ID).Error; err != nil {
			return err
		}
	}
	why := ""
	switch {
	case !w.Active:
		return nil
	case o.what == gone:
		why = "The receiver answered 410: it is gone and wants nothing more."
	case now.Sub(*w.FailingSince) >= longest:
		why = fmt.Sprintf("Nothing was delivered since %s. The last try: %s",
			w.FailingSince.UTC().Format("2 Jan 2006 15:04 MST"), o.says())
	default:
		return nil
	}
	if err := s.off(tx, w, why); err != nil {
		return err
	}
	return notify.Record(tx.Statement.Context, tx, s.Clock, notify.Event{Kind: notify.WebhookOff,
		ObjectType: "webhook",
		ObjectID:   w.ID.String(), ObjectName: w.Name, Text: "The webhook " + w.Name + " was switched off. " + why +
			" What it did not get is kept. An administrator corrects it under Settings, Webhooks, switches it on and " +
			"sends what failed again."})
}

// says is what came of a try, for a person.
func (o outcome) says() string {
	text := "it answered " + strconv.Itoa(o.code) + "."
	if o.code == 0 {
		return o.answer
	}
	return text
}
