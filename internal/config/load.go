package config

import (
	"errors"
	"os"
	"strings"

	"github.com/caarlos0/env/v11"
)

// secrets may also come from a file, named by the variable with _FILE behind it.
func secrets() []string { return []string{"DATABASE_URL", "MIGRATE_DATABASE_URL", "ADMIN_PASSWORD"} }

// Fault is one thing that is wrong, with the variable it is about.
type Fault struct {
	Variable string
	Says     string // what is wrong and what to set; never the value of a secret
}

func (f Fault) Error() string { return Prefix + f.Variable + ": " + f.Says }

// Load reads and checks the environment through getenv. The error joins all Faults.
func Load(getenv func(string) string) (Config, error) {
	var c Config
	values, faults := gather(&c, getenv)
	err := env.ParseWithOptions(&c, env.Options{Environment: values, Prefix: Prefix})
	if err != nil {
		return c, errors.Join(append(faults, err)...)
	}
	c.OutboundAllow, c.TrustedProxies = tidy(c.OutboundAllow), tidy(c.TrustedProxies)
	c.OutboundHosts, c.TracesHeaders = tidy(c.OutboundHosts), tidy(c.TracesHeaders)
	return c, errors.Join(append(faults, c.Validate())...)
}

// gather asks for each variable by name. An empty one is as good as absent.
func gather(c *Config, getenv func(string) string) (map[string]string, []error) {
	values := map[string]string{}
	params, err := env.GetFieldParams(c)
	if err != nil {
		return values, []error{err}
	}
	for _, p := range params {
		if v := getenv(Prefix + p.OwnKey); v != "" {
			values[Prefix+p.OwnKey] = v
		}
	}
	return values, readFiles(values, getenv)
}

func readFiles(values map[string]string, getenv func(string) string) []error {
	var faults []error
	for _, name := range secrets() {
		path := getenv(Prefix + name + "_FILE")
		if path == "" {
			continue
		}
		if values[Prefix+name] != "" {
			faults = append(faults, Fault{name,
				"is set twice, here and by " + Prefix + name + "_FILE. Keep one of them."})
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil {
			faults = append(faults, Fault{name + "_FILE", "cannot be read: " + err.Error()})
			continue
		}
		values[Prefix+name] = strings.TrimRight(string(b), "\r\n")
	}
	return faults
}

func tidy(list []string) []string {
	var out []string
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}
