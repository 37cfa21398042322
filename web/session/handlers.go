package session

import (
	"seatledger/internal/auth"
)

// Where the doors are.
const (
	SetupPath  = "/setup"
	LoginPath  = "/login"
	LogoutPath = "/logout"
)

// Handlers answers the pages in front of the door.
type Handlers struct {
	Manager *Manager
	Auth    auth.Service
	// SetupCode must be typed on the first-admin page; empty on a loopback listener,
	// where only people of this machine can come.
	SetupCode string
}
