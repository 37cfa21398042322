//go:build !linux

package postgres

import (
	"net"
	"time"
)

// giveUpAfter is left to the keep-alives.
func giveUpAfter(*net.TCPConn, time.Duration) error { return nil }
