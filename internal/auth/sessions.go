package auth

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/postgres"
)

// How long a session lives.
const (
	IdleLimit     = 12 * time.Hour     // without a request
	AbsoluteLimit = 7 * 24 * time.Hour // from sign-in, whatever happens
	seenEvery     = time.Minute        // a session that is in use is written no more often than this
)

// Sessions keeps sessions in the database, under the hash of their token. Its
// methods are those that the session manager of the web asks of a store.
type Sessions struct {
	DB    *postgres.DB
	Clock clock.Clock
	// Beside is a text that is read together with the user of a session: constant SQL over users u. Empty: none.
	Beside string
}

// Visit is what the store needs to know of the request that a session is used in.
type Visit struct {
	Address   string
	UserAgent string
	User      uuid.UUID // zero until somebody has signed in
	Session   uuid.UUID // names the session in the trail; it opens nothing. Zero: not known yet
	Shown     Shown

	found  string // hash of the token that was found at the start of the request
	holder User   // whose session it is; the zero User without one
	beside string
	setUp  bool
}

// Shown is how the holder of a session proved who they are, and when they did so last, by the true time.
type Shown struct {
	By     Means     `gorm:"column:proved_by"`
	Strong bool      `gorm:"column:strong"`
	At     time.Time `gorm:"column:proved_at"`
}

// Holder is the user of the session that was found, as they stand now; the zero User without one.
func (v *Visit) Holder() User { return v.holder }

// Beside is the text that was read together with the holder.
func (v *Visit) Beside() string { return v.beside }

// MustSetUp tells that the holder must set up a second factor before anything else.
func (v *Visit) MustSetUp() bool { return v.setUp }

type visitKey struct{}

// WithVisit carries the visit to the store.
func WithVisit(ctx context.Context, v *Visit) context.Context {
	return context.WithValue(ctx, visitKey{}, v)
}

func visitOf(ctx context.Context) *Visit {
	if v, ok := ctx.Value(visitKey{}).(*Visit); ok {
		return v
	}
	return &Visit{}
}

// FindCtx reads a session that has not ended and its user in one statement, since every page begins so, and notes
// that it is in use.
func (s Sessions) FindCtx(ctx context.Context, hash string) ([]byte, bool, error) {
	now := s.Clock.Now()
	row, found, err := s.find(ctx, hash, now)
	if err != nil || !found {
		return nil, false, err
	}
	v := visitOf(ctx)
	v.found, v.holder, v.beside, v.Session, v.setUp = hash, row.User, row.Beside, row.Named, row.SetUp
	v.Shown = Shown{By: row.ProvedBy, Strong: row.Strong}
	if row.ProvedAt != nil {
		v.Shown.At = *row.ProvedAt
	}
	if now.Sub(row.SeenAt) < seenEvery {
		return row.Data, true, nil
	}
	return row.Data, true, s.DB.Read(ctx).Exec(`
		UPDATE sessions SET seen_at = @now, expiry = least(CAST(@idle AS timestamptz),
			created_at + @absolute * interval '1 second')
		WHERE token_hash = @hash`, s.limits(hash, now)).Error
}

// visited is a session as it is found, with its user.
type visited struct {
	Data     []byte
	SeenAt   time.Time
	Named    uuid.UUID
	Beside   string
	SetUp    bool
	ProvedAt *time.Time
	ProvedBy Means
	Strong   bool
	User
}

func (s Sessions) find(ctx context.Context, hash string, now time.Time) (row visited, found bool, err error) {
	err = postgres.Query(ctx, s.DB.Read(ctx), `SELECT s.data, s.seen_at, s.id AS named, s.proved_at,
		s.proved_by, s.strong, `+mustSetUpSQL+` AS set_up, `+cmp.Or(s.Beside, "''")+` AS beside, `+holderColumns+`
		FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.token_hash = ? AND s.expiry > ?`,
		[]any{now, hash, now},
		func(rows pgx.Rows) (err error) {
			row, err = pgx.CollectOneRow(rows, pgx.RowToStructByNameLax[visited])
			return err
		})
	if !errors.Is(err, pgx.ErrNoRows) {
		return row, err == nil, err
	}
	// Nobody has signed in by it, or there is none.
	asked := s.DB.Read(ctx).Raw(`SELECT data, seen_at, id AS named, proved_at, proved_by, strong
		FROM sessions WHERE token_hash = ? AND expiry > ? AND user_id IS NULL`, hash, now).Scan(&row)
	return row, asked.RowsAffected > 0, asked.Error
}

func (s Sessions) limits(hash string, now time.Time) map[string]any {
	return map[string]any{"hash": hash, "now": now, "idle": now.Add(IdleLimit), "absolute": AbsoluteLimit.Seconds()}
}

// CommitCtx stores a session. One that was found at the start of the request is
// only updated: if it was ended meanwhile, it stays ended. The expiry of the
// manager is not used, as it comes from another clock.
func (s Sessions) CommitCtx(ctx context.Context, hash string, data []byte, _ time.Time) error {
	v, now := visitOf(ctx), s.Clock.Now()
	if v.found == hash {
		return s.DB.Read(ctx).Exec(`UPDATE sessions SET data = ? WHERE token_hash = ?`, data, hash).Error
	}
	var user any
	if v.User != uuid.Nil {
		user = v.User
	}
	if v.Session == uuid.Nil {
		v.Session = newID()
	}
	var proved any
	if !v.Shown.At.IsZero() {
		proved = v.Shown.At
	}
	err := s.DB.Read(ctx).Exec(`
		INSERT INTO sessions (token_hash, data, expiry, user_id, created_at, true_at, seen_at, address, user_agent,
		id,
			proved_at, proved_by, strong)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, hash, data, now.Add(IdleLimit), user, now,
		clock.TrueOrNil(s.Clock), now, v.Address, short(v.UserAgent), v.Session, proved,
		cmp.Or(v.Shown.By, ByPassword), v.Shown.Strong).Error
	if err == nil {
		v.found = hash
	}
	return err
}

// DeleteCtx ends a session.
func (s Sessions) DeleteCtx(ctx context.Context, hash string) error {
	return s.DB.Read(ctx).Exec(`DELETE FROM sessions WHERE token_hash = ?`, hash).Error
}

var errNoContext = errors.New("auth: sessions need a context")

// Find is never used: the manager calls FindCtx.
func (Sessions) Find(string) ([]byte, bool, error) { return nil, false, errNoContext }

// Commit is never used: the manager calls CommitCtx.
func (Sessions) Commit(string, []byte, time.Time) error { return errNoContext }

// Delete is never used: the manager calls DeleteCtx.
func (Sessions) Delete(string) error { return errNoContext }

const holderColumns = `u.id, u.name, u.email, u.role, u.active, u.version, u.created_at, u.updated_at, u.last_sign_in,
	u.last_sign_in_true, u.compact_lists, u.password_once`

// Holder is the active user of a session that has not ended, without noting that
// it is in use: an open stream must not keep a session alive.
func (s Sessions) Holder(ctx context.Context, hash string) (User, bool, error) {
	var u User
	found := s.DB.Read(ctx).Raw(`SELECT `+holderColumns+`
		FROM sessions s JOIN users u ON u.id = s.user_id
		WHERE s.token_hash = ? AND s.expiry > ? AND u.active`, hash, s.Clock.Now()).Scan(&u)
	return u, found.RowsAffected > 0, found.Error
}

// Session is one sign-in that has not ended, as its owner sees it. Hash names it; it opens nothing.
type Session struct {
	Hash      string     `gorm:"column:token_hash"`
	CreatedAt time.Time  `gorm:"column:created_at"`
	TrueAt    *time.Time `gorm:"column:true_at"` // beside the time of a moved clock
	SeenAt    time.Time  `gorm:"column:seen_at"`
	Address   string     `gorm:"column:address"`
	UserAgent string     `gorm:"column:user_agent"`
	Shown     Shown      `gorm:"embedded"`
}

// Of lists the sessions of a user, the last used first.
func (s Sessions) Of(ctx context.Context, user uuid.UUID) ([]Session, error) {
	var out []Session
	err := s.DB.Read(ctx).Raw(`SELECT token_hash, created_at, true_at, seen_at, address, user_agent, proved_by,
		strong,
			coalesce(proved_at, created_at) AS proved_at FROM sessions
		WHERE user_id = ? AND expiry > ? ORDER BY seen_at DESC, token_hash`, user, s.Clock.Now()).Scan(&out).Error
	return out, err
}

// endSessions ends those of a user, except the one with the hash keep; empty ends all. Who has come half way begins
// again.
func endSessions(tx *gorm.DB, user uuid.UUID, keep string) (ended int64, err error) {
	if err := tx.Exec(`DELETE FROM sign_in_steps WHERE user_id = ?`, user).Error; err != nil {
		return 0, err
	}
	done := tx.Exec(`DELETE FROM sessions WHERE user_id = ? AND token_hash <> ?`, user, keep)
	return done.RowsAffected, done.Error
}

func short(s string) string {
	const most = 200
	if len(s) > most {
		s = s[:most]
	}
	return toText(s)
}

// toText drops what the database would not take: a header may hold any bytes.
func toText(s string) string { return strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "") }
