package savedview

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/errs"
)

// Draft is what a person says of a view.
type Draft struct {
	List   string
	Query  string
	Name   string
	Shared bool
	Pinned bool
	Roles  []auth.Role // for which it is to be the usual one; only an administrator says so

	Version int // the one that the form was opened at, for a change
}

const (
	mostName  = 60
	mostQuery = 4000
)

var listPath = regexp.MustCompile(`^(/[a-z0-9-]+)+$`)

// place are the parameters that say where one was, and not what the list is.
var place = []string{"after", "before", "page", "view", "choose"}

// Save keeps a view under a name: errs.Invalid at name, shared and role.
func (s Service) Save(ctx context.Context, by auth.User, d Draft) (uuid.UUID, error) {
	v := View{ID: uuid.Must(uuid.NewV7()), List: d.List, Query: d.Query, OwnerID: by.ID, Version: 1}
	if err := v.take(by, d); err != nil {
		return uuid.Nil, err
	}
	if err := v.point(d.List, d.Query); err != nil {
		return uuid.Nil, err
	}
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := free(tx, v); err != nil {
			return err
		}
		now := s.Clock.Now()
		err := tx.Exec(`INSERT INTO saved_views (id, list, name, query, owner_id, shared, created_at, updated_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, v.ID, v.List, v.Name, v.Query, v.OwnerID, v.Shared, now, now).Error
		if err != nil {
			return err
		}
		if err := s.settle(tx, by, v, d.Pinned); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "view.saved", v, nil, v.trail())
	})
	return v.ID, err
}

// Change renames a view, shares it, or says for whom it is the usual one.
func (s Service) Change(ctx context.Context, by auth.User, id uuid.UUID, d Draft) error {
	return s.edit(ctx, by, id, func(tx *gorm.DB, v *View) error {
		if d.Version != v.Version {
			return errs.New(errs.Conflict,
				"Somebody changed this view after you had opened it. Nothing was changed; open it again.")
		}
		if err := v.take(by, d); err != nil {
			return err
		}
		if err := free(tx, *v); err != nil {
			return err
		}
		return s.settle(tx, by, *v, d.Pinned)
	})
}

// Point makes a view show what the list shows now, under its old name.
func (s Service) Point(ctx context.Context, by auth.User, id uuid.UUID, query string) error {
	return s.edit(ctx, by, id, func(_ *gorm.DB, v *View) error { return v.point(v.List, query) })
}

func (s Service) edit(ctx context.Context, by auth.User, id uuid.UUID, change func(*gorm.DB, *View) error) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		was, err := s.lock(ctx, tx, by, id)
		if err != nil {
			return err
		}
		now := was
		if err := change(tx, &now); err != nil {
			return err
		}
		if now == was {
			return nil
		}
		err = tx.Exec(`UPDATE saved_views SET name = ?, query = ?, shared = ?, version = version + 1, updated_at = ?
			WHERE id = ?`, now.Name, now.Query, now.Shared, s.Clock.Now(), id).Error
		if err != nil {
			return err
		}
		return s.record(ctx, tx, by, "view.changed", now, was.trail(), now.trail())
	})
}

// Delete takes a view away, also from the sides of those who had it there.
func (s Service) Delete(ctx context.Context, by auth.User, id uuid.UUID) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		v, err := s.lock(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if err := tx.Exec(`DELETE FROM saved_views WHERE id = ?`, id).Error; err != nil {
			return err
		}
		return s.record(ctx, tx, by, "view.deleted", v, v.trail(), nil)
	})
}

// Pin puts a view that a person may use at their side, or takes it away there.
func (s Service) Pin(ctx context.Context, by auth.User, id uuid.UUID, pinned bool) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		v, err := Get(ctx, tx, by, id)
		if err != nil {
			return err
		}
		return pin(tx, by, v.ID, pinned)
	})
}

func (s Service) lock(ctx context.Context, tx *gorm.DB, by auth.User, id uuid.UUID) (View, error) {
	if err := tx.Exec(`SELECT FROM saved_views WHERE id = ? FOR UPDATE`, id).Error; err != nil {
		return View{}, err
	}
	v, err := Get(ctx, tx, by, id)
	if err == nil && !v.MayChange(by) {
		err = errs.Newf(errs.Forbidden,
			"This view is %s's. Nothing was changed. Keep what it shows as a view of your own, "+
				"or ask its owner or an administrator.", v.Owner)
	}
	return v, err
}

// take reads what a person says of a view, and refuses what they may not say.
func (v *View) take(by auth.User, d Draft) error {
	f := errs.Fields{}
	name := strings.Join(strings.Fields(d.Name), " ")
	switch {
	case name == "":
		f.Add("name", "Enter a name.")
	case len([]rune(name)) > mostName:
		f.Add("name", "The name is longer than %d characters.", mostName)
	}
	roles := v.Roles
	if MaySetUsual(by.Role) {
		roles = join(d.Roles)
	} else if len(d.Roles) > 0 && join(d.Roles) != v.Roles {
		f.Add("role", "Only an administrator says which view is the usual one of a role.")
	}
	switch {
	case d.Shared && !v.Shared && !MayShare(by.Role):
		f.Add("shared", "A viewer keeps views for themselves. Ask somebody who works with the list to share it.")
	case roles != "" && !d.Shared:
		f.Add("shared", "The view is the usual one of a role, so it stays shared.")
	}
	v.Name, v.Shared, v.Roles = name, d.Shared, roles
	return f.Err()
}

// point reads the address that a view is to lead to.
func (v *View) point(list, query string) error {
	values, err := url.ParseQuery(query)
	if err != nil || !listPath.MatchString(list) {
		return errs.New(errs.Invalid, "This is no list that could be kept. Open the list and choose “Save this view” "+
			"again.")
	}
	for _, name := range place {
		values.Del(name)
	}
	if query = values.Encode(); len(query) > mostQuery {
		return errs.Fields{"query": "What narrows the list is too long to be kept."}.Err()
	}
	v.List, v.Query = list, query
	return nil
}

// free refuses a name that another view of the list has among one's own or among the shared.
func free(tx *gorm.DB, v View) error {
	var owner []string
	err := tx.Raw(`SELECT CASE WHEN v.owner_id = ? THEN 'you' ELSE u.name END FROM saved_views v
		JOIN users u ON u.id = v.owner_id
		WHERE v.list = ? AND lower(v.name) = lower(?) AND v.id <> ? AND (v.owner_id = ? OR v.shared AND ?) LIMIT 1`,
		v.OwnerID, v.List, v.Name, v.ID, v.OwnerID, v.Shared).Scan(&owner).Error
	if err != nil || len(owner) == 0 {
		return err
	}
	says := "You have a view of this name for this list. Choose another name, or change that one."
	if owner[0] != "you" {
		says = "A view of this name is shared for this list by " + owner[0] + ". Choose another name."
	}
	return errs.Fields{"name": says}.Err()
}

// settle keeps for whom a view is the usual one, and at whose sides it stands.
func (s Service) settle(tx *gorm.DB, by auth.User, v View, pinned bool) error {
	if MaySetUsual(by.Role) {
		roles := strings.Fields(v.Roles)
		if err := tx.Exec(`DELETE FROM saved_view_defaults WHERE view_id = ?`, v.ID).Error; err != nil {
			return err
		}
		for _, r := range roles {
			err := tx.Exec(`INSERT INTO saved_view_defaults (list, role, view_id) VALUES (?, ?, ?)
				ON CONFLICT (list, role) DO UPDATE SET view_id = excluded.view_id`, v.List, r, v.ID).Error
			if err != nil {
				return err
			}
		}
	}
	if !v.Shared {
		err := tx.Exec(`DELETE FROM saved_view_pins WHERE view_id = ? AND user_id <> ?`, v.ID, v.OwnerID).Error
		if err != nil {
			return err
		}
	}
	return pin(tx, by, v.ID, pinned)
}

func pin(tx *gorm.DB, by auth.User, id uuid.UUID, pinned bool) error {
	if pinned {
		return tx.Exec(`INSERT INTO saved_view_pins (user_id, view_id) VALUES (?, ?) ON CONFLICT DO NOTHING`,
			by.ID, id).Error
	}
	return tx.Exec(`DELETE FROM saved_view_pins WHERE user_id = ? AND view_id = ?`, by.ID, id).Error
}

func join(roles []auth.Role) string {
	words := make([]string, 0, len(roles))
	for _, r := range roles {
		if r.Valid() {
			words = append(words, string(r))
		}
	}
	slices.Sort(words)
	return strings.Join(slices.Compact(words), " ")
}

func (v View) trail() map[string]any {
	return map[string]any{"list": v.List, "name": v.Name, "query": v.Query, "shared": v.Shared, "usual_for": v.Roles}
}

func (s Service) record(ctx context.Context, tx *gorm.DB, by auth.User, action string, v View,
	before, after any) error {
	return audit.Record(ctx, tx, s.Clock, by.Actor(), audit.Event{Action: action, ObjectType: "saved_view",
		ObjectID: v.ID.String(), ObjectName: v.Name, Before: before, After: after})
}
