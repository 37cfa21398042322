// Package auth knows who may use Seatledger: users with their roles and password
// hashes, sign-in with its limits, and the stored sessions. It knows nothing of
// HTTP, cookies or pages.
package auth

import "slices"

// Role is what a user may do. Each has a clear daily job; an admin may do all of it.
type Role string

// The roles.
const (
	Admin    Role = "admin"    // providers, secrets, users, settings
	Operator Role = "operator" // map, sync, cut over
	Billing  Role = "billing"  // contracts, prices, sign-off
	Viewer   Role = "viewer"   // looks, and changes nothing
)

// Roles lists all roles, the mightiest first.
func Roles() []Role { return []Role{Admin, Operator, Billing, Viewer} }

// Valid tells whether there is such a role.
func (r Role) Valid() bool { return slices.Contains(Roles(), r) }

// Label is the role's name for a person.
func (r Role) Label() string {
	switch r {
	case Admin:
		return "Administrator"
	case Operator:
		return "Operator"
	case Billing:
		return "Billing"
	case Viewer:
		return "Viewer"
	}
	return string(r)
}

// Explains says in a sentence what the role is for.
func (r Role) Explains() string {
	switch r {
	case Admin:
		return "Everything, including providers, their secrets, users and settings."
	case Operator:
		return "Syncs, maps accounts and runs the cut-over."
	case Billing:
		return "Contracts, prices, sign-off and invoices."
	case Viewer:
		return "Sees every list and page, and changes nothing."
	}
	return ""
}

// Allowed tells whether a role is one of those that may. An admin always is; no
// roles at all means any role.
func Allowed(r Role, roles ...Role) bool {
	return r.Valid() && (len(roles) == 0 || r == Admin || slices.Contains(roles, r))
}
