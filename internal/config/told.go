package config

import (
	"slices"

	"github.com/caarlos0/env/v11"
)

// open are the variables whose values name nobody and open nothing, so that they may be sent to others.
func open() []string {
	return []string{"ADDR", "METRICS_ADDR", "SYNC_AT", "SYNC_UNTIL", "TIME_ZONE", "CLOCK", "BACKUP_AT", "LOG_FORMAT",
		"LOG_LEVEL"}
}

// Told is a variable as it may be told to others: its value where that gives nothing away, else whether it is set.
type Told struct {
	Variable string
	Says     string
}

// Tell gives each variable that is set. A value that Load refused may be anything, and is not told.
func Tell(getenv func(string) string) []Told {
	_, err := Load(getenv)
	params, _ := env.GetFieldParams(&Config{}) // its own form is good
	var out []Told
	for _, p := range params {
		for _, name := range []string{p.OwnKey, p.OwnKey + "_FILE"} {
			v := getenv(Prefix + name)
			switch {
			case v == "" || slices.ContainsFunc(out, func(t Told) bool { return t.Variable == Prefix+name }):
			case err == nil && slices.Contains(open(), name):
				out = append(out, Told{Prefix + name, v})
			default:
				out = append(out, Told{Prefix + name, "set"})
			}
		}
	}
	return out
}

// Refused are the values of the variables that err is about: anything may have been typed there by mistake.
func Refused(getenv func(string) string, err error) []string {
	if fault, ok := err.(Fault); ok { //nolint:errorlint // what it wraps is walked through below
		return []string{getenv(Prefix + fault.Variable)}
	}
	var out []string
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range many.Unwrap() {
			out = append(out, Refused(getenv, e)...)
		}
	}
	return out
}

// Secrets are the texts that nobody else may read, as they stand here.
func (c Config) Secrets() []string {
	return append([]string{c.DatabaseURL, c.MigrateDatabaseURL, c.MasterKey, c.MasterKeyCommand, c.AdminPassword,
		c.AdminEmail}, c.TracesHeaders...)
}
