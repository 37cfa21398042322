package runs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/obs"
	"seatledger/internal/postgres"
)

// Outcome is how an attempt ended.
type Outcome struct {
	State   State // Interrupted: it goes on by itself. Empty: somebody else answers for the run
	Message string
	Advice  string
	// Final says of a failure that another try tonight could only repeat it.
	Final bool
	// Refused says of a failure that the other side refused the sign-in.
	Refused bool
	// Again says of an end that left something unread that another try tonight may read it.
	Again bool
	// Pause, with Queued, is how long the run rests before it goes on.
	Pause time.Duration
	// Also is written in the transaction that ends the attempt.
	Also func(tx *gorm.DB) error

	// HandOver, with Interrupted, lets another go on at once and counts nothing: the process was asked to stop.
	HandOver bool
}

// Work works a run to its end, or to where it is interrupted, under its lease. A run that has ended is left
// alone, so a job that comes twice does no harm. ErrBusy: try later.
func (d *Desk) Work(ctx context.Context, id uuid.UUID, work func(ctx context.Context, h *Hold) Outcome) error {
	ctx = obs.WithRun(ctx, id.String())
	h, err := d.take(ctx, id)
	if err != nil || h == nil {
		return err
	}
	d.begins(ctx, h.Head)
	working, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	h.stop = stop
	kept := make(chan struct{})
	go func() { defer close(kept); h.keep(working) }()
	out := work(working, h)
	if cause := context.Cause(working); cause != nil && !out.done() {
		out = h.brokenOff(ctx, cause, out)
	}
	stop(nil)
	<-kept
	// The end is written also when the process is asked to stop.
	return h.end(context.WithoutCancel(ctx), out)
}

// done tells whether the work came to its end; what stops it afterwards changes nothing.
func (o Outcome) done() bool {
	return o.State == Succeeded || o.State == Partial || o.State == Stopped || o.State == Planned
}

// brokenOff is what becomes of work that was stopped.
func (h *Hold) brokenOff(ctx context.Context, cause error, out Outcome) Outcome {
	switch {
	case errors.Is(cause, errCancelled):
		return Outcome{State: Cancelled, Also: out.Also}
	case errors.Is(cause, ErrLost):
		return Outcome{}
	case out.Pause > 0:
		return out
	case ctx.Err() != nil: // whatever the queue calls the reason
		return Outcome{State: Interrupted, Message: "Seatledger was stopped during the run; " + h.d.Table.GoesOn,
			Also: out.Also, HandOver: true}
	}
	broken := h.d.Failure(cause)
	broken.Also = out.Also
	return broken
}

// Failure is the outcome of an error of our own. A database that is away, locked or slow interrupts the run and never
// fails it; one whose disk is full fails it, as it goes on only when somebody has made room.
func (d *Desk) Failure(err error) Outcome {
	switch postgres.TroubleOf(err) {
	case postgres.Away:
		return Outcome{State: Interrupted, Message: "The connection to the database broke off; " + d.Table.GoesOn}
	case postgres.Locked:
		return Outcome{State: Interrupted, Message: "The database was locked by other work; " + d.Table.GoesOn}
	case postgres.Full:
		return Outcome{State: Failed, Message: "The disk of the database (" + d.DB.Place() +
			") is full, so nothing more could be stored. " + d.Table.Kept,
			Advice: "Free space on that disk, then start it again."}
	}
	return Outcome{State: Failed, Message: errs.Public(err),
		Advice: "Try again. If it lasts, look in the log for this run."}
}

// end writes how the attempt ended. When the run was lost, somebody else answers for it and nothing is written.
func (h *Hold) end(ctx context.Context, out Outcome) error {
	if out.State == "" {
		return nil
	}
	err := h.inTx(ctx, h.d.DB.Reserved(), func(tx *gorm.DB) error {
		if out.Also != nil {
			if err := out.Also(tx); err != nil {
				return err
			}
		}
		now, err := h.d.heads(tx, `id = ?`, h.ID)
		if err != nil || len(now) == 0 {
			return err
		}
		return h.d.finish(ctx, tx, now[0], out)
	})
	if errors.Is(err, ErrLost) {
		return nil
	}
	if err == nil {
		h.d.told(ctx, h.ID)
	}
	return err
}

// finish is the one place where an attempt comes to its end, whoever writes it.
func (d *Desk) finish(ctx context.Context, tx *gorm.DB, h Head, out Outcome) error {
	if out.State == Cancelled && out.Message == "" {
		out.Message = "Cancelled by " + h.CancelRequestedBy + ". " + d.Table.Kept
	}
	switch {
	case out.State == Interrupted && h.Fruitless >= maxFruitless && !out.HandOver:
		out = d.givenUp(h, out)
	case out.State == Interrupted:
		return d.handOver(ctx, tx, h, out)
	case out.Pause > LongestPause:
		out = d.tooLong(out)
	case out.Pause > 0:
		return d.rest(ctx, tx, h, out)
	}
	err := tx.Exec(d.sql(`UPDATE TABLE SET state = ?, message = ?, advice = ?, finished_at = ?, held_until = NULL,
			holder = '', paused_until = NULL WHERE id = ?`),
		out.State, out.Message, out.Advice, d.Clock.Now(), h.ID).Error
	if err != nil || d.Ended == nil {
		return err
	}
	return d.Ended(ctx, tx, h, out)
}

// handOver lets another attempt go on. One that the process itself asked for is no failed attempt.
func (d *Desk) handOver(ctx context.Context, tx *gorm.DB, h Head, out Outcome) error {
	delay, counts := resumeDelay*time.Duration(h.Fruitless*h.Fruitless), 0
	if out.HandOver {
		delay, counts = 0, 1
	}
	err := tx.Exec(d.sql(`UPDATE TABLE SET state = 'interrupted', message = ?, held_until = NULL, holder = '',
			fruitless = greatest(fruitless - ?, 0), resume_at = clock_timestamp() + make_interval(secs => ?)
			WHERE id = ?`),
		out.Message, counts, (delay + d.lease()).Seconds(), h.ID).Error
	if err != nil {
		return err
	}
	return d.Enqueue(ctx, tx, h.ID, delay)
}

// rest gives the lease back and snoozes the job, as the other side asked.
func (d *Desk) rest(ctx context.Context, tx *gorm.DB, h Head, out Outcome) error {
	err := tx.Exec(d.sql(`UPDATE TABLE SET state = 'queued', message = ?, advice = ?, held_until = NULL, holder = '',
			fruitless = greatest(fruitless - 1, 0), paused_until = ?,
			resume_at = clock_timestamp() + make_interval(secs => ?) WHERE id = ?`),
		out.Message, out.Advice, d.Clock.Now().Add(out.Pause), out.Pause.Seconds(), h.ID).Error
	if err != nil {
		return err
	}
	return d.Enqueue(ctx, tx, h.ID, out.Pause)
}

func (d *Desk) givenUp(h Head, out Outcome) Outcome {
	return Outcome{State: Failed, Message: strings.TrimSpace(fmt.Sprintf(
		"Interrupted %d times without getting further. %s %s", h.Fruitless, d.Table.Kept, out.Message)),
		Advice: "Look in the log for why Seatledger stopped, then start it again."}
}

func (d *Desk) tooLong(out Outcome) Outcome {
	return Outcome{State: Failed, Final: true, Also: out.Also, Message: fmt.Sprintf("A pause of %s was asked for, "+
		"until %s, longer than the %d hours that a run waits. %s", lasting(out.Pause),
		d.moment(d.Clock.Now().Add(out.Pause)), int(LongestPause.Hours()), d.Table.Kept),
		Advice: "Ask the other side why, and start it again after that."}
}

// PauseUntil is the outcome of a run that rests because the other side asked for it.
// The other side's moment is of the true time; what is told is of ours.
func (d *Desk) PauseUntil(at time.Time, why string) Outcome {
	outside, _ := clock.True(d.Clock)
	left := max(at.Sub(outside), time.Second)
	if whole := left.Truncate(time.Second); whole < left && left < LongestPause {
		left = whole + time.Second
	}
	return Outcome{State: Queued, Pause: left,
		Message: fmt.Sprintf("Paused until %s, %s. %s It goes on by itself.", d.moment(d.Clock.Now().Add(left)), why,
			d.Table.Kept)}
}

// lasting tells a time of more than a day: in days where it is a number of them, else in hours, begun ones counted.
func lasting(d time.Duration) string {
	hours := int((d + time.Hour - time.Second) / time.Hour)
	if hours%24 == 0 {
		return fmt.Sprintf("%d days", hours/24)
	}
	return fmt.Sprintf("%d hours", hours)
}

// moment writes a time with its zone, and with its day when that is another one.
func (d *Desk) moment(t time.Time) string {
	t, now := t.In(d.Zone), d.Clock.Now().In(d.Zone)
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format("15:04 MST")
	}
	return t.Format("2006-01-02 15:04 MST")
}
