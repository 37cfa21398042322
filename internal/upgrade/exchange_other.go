//go:build !linux

package upgrade

import "errors"

func exchange(string, string) error { return errors.New("the private PostgreSQL runs on Linux only") }
