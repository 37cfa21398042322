//go:build linux

package embedded

import "os"

// ServerProcesses lets tests look for orphans.
func ServerProcesses(dir *os.File) []int { return serverProcesses(dir) }

// Forget gives the folder's lock up while the server runs on.
func Forget(s *Server) {
	_ = s.lock.Close()
	s.lock = nil
}
