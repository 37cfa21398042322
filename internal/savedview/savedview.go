// Package savedview keeps lists under names: a view is the address of a list, with what
// narrows, sorts and shows it. It is one's own or shared, may stand at the side, and may be
// the one by which people of a role come to the list. It knows no list: what an address
// says, the list itself reads and refuses.
package savedview

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// View is a kept view as one person sees it.
type View struct {
	ID      uuid.UUID
	List    string // the path of the list: "/subscriptions"
	Name    string
	Query   string
	OwnerID uuid.UUID
	Owner   string
	Shared  bool
	Version int
	Pinned  bool   // at the side of who looks
	Roles   string // for which it is the usual one, blank-separated
	Usual   bool   // for the role of who looks
}

// Mine tells whether the view is a person's own.
func (v View) Mine(u auth.User) bool { return v.OwnerID == u.ID }

// MayChange tells whether somebody may rename, share and delete the view: whose it is, and an
// administrator where it is shared.
func (v View) MayChange(u auth.User) bool {
	return v.Mine(u) || v.Shared && u.Role == auth.Admin
}

// UsualFor tells whether the view is the usual one of a role.
func (v View) UsualFor(r auth.Role) bool {
	return strings.Contains(" "+v.Roles+" ", " "+string(r)+" ")
}

// MayShare tells whether people of a role share views: those who do something here.
func MayShare(r auth.Role) bool { return auth.Allowed(r, auth.Operator, auth.Billing) }

// MaySetUsual tells whether people of a role say which view is the usual one of roles.
func MaySetUsual(r auth.Role) bool { return auth.Allowed(r, auth.Admin) }

// JSON are the views that a user may use, as one document for Read: in a statement that reads users u.
const JSON = `(SELECT coalesce(json_agg(w ORDER BY w.list, lower(w.name), w.id), '[]') FROM (
	SELECT v.id, v.list, v.name, v.query, v.owner_id AS "OwnerID", o.name AS owner, v.shared, v.version,
		EXISTS (SELECT FROM saved_view_pins p WHERE p.view_id = v.id AND p.user_id = u.id) AS pinned,
		EXISTS (SELECT FROM saved_view_defaults d WHERE d.view_id = v.id AND d.role = u.role) AS usual
	FROM saved_views v JOIN users o ON o.id = v.owner_id WHERE v.owner_id = u.id OR v.shared AND u.id IS NOT NULL) w)`

const viewOf = `SELECT v.id, v.list, v.name, v.query, v.owner_id, u.name AS owner, v.shared, v.version,
		p.view_id IS NOT NULL AS pinned, coalesce(d.roles, '') AS roles, coalesce(d.usual, false) AS usual
	FROM saved_views v JOIN users u ON u.id = v.owner_id
	LEFT JOIN saved_view_pins p ON p.view_id = v.id AND p.user_id = @user
	LEFT JOIN (SELECT view_id, string_agg(role, ' ' ORDER BY role) AS roles, bool_or(role = @role) AS usual
		FROM saved_view_defaults GROUP BY view_id) d ON d.view_id = v.id
	WHERE (v.owner_id = @user OR v.shared)`

// Of are the views that a person may use: their own and the shared ones, by name.
func Of(ctx context.Context, db *gorm.DB, u auth.User) ([]View, error) {
	var out []View
	err := db.WithContext(ctx).Raw(viewOf+` ORDER BY v.list, lower(v.name), v.id`,
		map[string]any{"user": u.ID, "role": u.Role}).Scan(&out).Error
	if err != nil {
		return nil, fmt.Errorf("kept views: %w", err)
	}
	return out, nil
}

// Get reads a view that a person may use; errs.NotFound when there is none.
func Get(ctx context.Context, db *gorm.DB, u auth.User, id uuid.UUID) (View, error) {
	var v View
	found := db.WithContext(ctx).Raw(viewOf+` AND v.id = @id`,
		map[string]any{"user": u.ID, "role": u.Role, "id": id}).Scan(&v)
	if found.Error == nil && found.RowsAffected == 0 {
		return v, errs.New(errs.NotFound, "There is no such view. It may have been deleted, or is no longer shared.")
	}
	return v, found.Error
}

// Service changes views.
type Service struct {
	DB    *postgres.DB
	Clock clock.Clock
}
