package provider

import (
	"context"
	"net/url"
	"strings"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/calls"
	"seatledger/internal/postgres"
)

// Lines keeps in the database how the way to each provider stands, so that what one
// replica was told holds for all. It is a calls.Store by the database's clock.
type Lines struct{ DB *postgres.DB }

// lineOf names the way to a provider: another host asks for pauses of its own.
func lineOf(p Provider) string {
	host := ""
	if u, err := url.Parse(p.URL); err == nil {
		host = strings.ToLower(u.Host)
	}
	return p.ID.String() + " " + host
}

// lineRow is a calls.State as it is stored.
type lineRow struct {
	Version     int64
	PausedUntil *time.Time
	AskedBy     string
	Why         string
	Answers     string
	AnsweredAt  *time.Time
	Trips       int
	ProbeUntil  *time.Time
	Spent       float64
	SpentAt     *time.Time
	NextSlot    *time.Time
	Now         time.Time
}

const lineColumns = `version, paused_until, asked_by, why, answers, answered_at, trips, probe_until, spent, spent_at,
	next_slot, clock_timestamp() AS now`

// Look gives how a line stands, and the moment.
func (l Lines) Look(ctx context.Context, line string) (calls.State, time.Time, error) {
	var row lineRow
	err := l.DB.Read(ctx).Raw(`SELECT coalesce(version, 0) AS version, paused_until, coalesce(asked_by, '') AS asked_by,
			coalesce(why, '') AS why, coalesce(answers, '') AS answers, answered_at, coalesce(trips, 0) AS trips,
			probe_until, coalesce(spent, 0) AS spent, spent_at, next_slot, clock_timestamp() AS now
		FROM (SELECT ?::text AS line) asked LEFT JOIN provider_lines USING (line)`, line).Scan(&row).Error
	return row.state(), row.Now, err
}

// Change replaces how a line stands by what f makes of it.
func (l Lines) Change(ctx context.Context, line string, f func(calls.State, time.Time) calls.State) (calls.State,
	time.Time, error) {
	var row lineRow
	var state calls.State
	err := l.DB.InTx(ctx, func(tx *gorm.DB) error {
		err := tx.Exec(`INSERT INTO provider_lines (line, version) VALUES (?, 0) ON CONFLICT (line) DO NOTHING`,
			line).Error
		if err != nil {
			return err
		}
		row = lineRow{}
		err = tx.Raw(`SELECT `+lineColumns+` FROM provider_lines WHERE line = ? FOR UPDATE`, line).Scan(&row).Error
		if err != nil {
			return err
		}
		state = f(row.state(), row.Now)
		state.Version = row.Version + 1
		return tx.Exec(`UPDATE provider_lines SET version = ?, paused_until = ?, asked_by = ?, why = ?, answers = ?,
				answered_at = ?, trips = ?, probe_until = ?, spent = ?, spent_at = ?, next_slot = ?
			WHERE line = ?`, state.Version, orNull(state.PausedUntil), state.AskedBy, state.Why, state.Answers,
			orNull(state.AnsweredAt), state.Trips, orNull(state.ProbeUntil), state.Spent, orNull(state.SpentAt),
			orNull(state.NextSlot), line).Error
	})
	return state, row.Now, err
}

func (r lineRow) state() calls.State {
	return calls.State{Version: r.Version, PausedUntil: orZero(r.PausedUntil), AskedBy: distributor.Asker(r.AskedBy),
		Why: r.Why, Answers: r.Answers, AnsweredAt: orZero(r.AnsweredAt), Trips: r.Trips,
		ProbeUntil: orZero(r.ProbeUntil), Spent: r.Spent, SpentAt: orZero(r.SpentAt), NextSlot: orZero(r.NextSlot)}
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
