//go:build !linux

package doctor

import "errors"

func clockKept() (kept, known bool) { return false, false }

func writable(string) error { return nil }

func spaceAt(string) (space, error) { return space{}, errors.New("not told on this system") }
