// Package config reads the settings that the environment gives (CONTRACT,
// Commands), checks them all and says every fault at once. It opens nothing and
// knows no other package of the app.
package config

import (
	"log/slog"
	"net/netip"
	"path/filepath"
	"time"

	// Zones are known also where the system has no zone files, as in a bare container.
	_ "time/tzdata"
)

// Prefix stands before the name of every variable.
const Prefix = "SEATLEDGER_"

// Config is everything the environment says. Make one with Load.
type Config struct {
	Addr               string   `env:"ADDR" envDefault:"127.0.0.1:8080"`
	BaseURL            string   `env:"BASE_URL"` // empty: http and the address listened on
	MetricsAddr        string   `env:"METRICS_ADDR"`
	MetricsInTheClear  bool     `env:"METRICS_IN_THE_CLEAR"` // METRICS_ADDR may be reached from elsewhere
	DatabaseURL        string   `env:"DATABASE_URL"`         // empty: the private server
	MigrateDatabaseURL string   `env:"MIGRATE_DATABASE_URL"`
	DatabaseInTheClear bool     `env:"DATABASE_IN_THE_CLEAR"` // without TLS, also beyond this machine
	DataDir            string   `env:"DATA_DIR" envDefault:"./.seatledger"`
	PostgresBin        string   `env:"POSTGRES_BIN"`
	MasterKeyFile      string   `env:"MASTER_KEY_FILE"`
	MasterKey          string   `env:"MASTER_KEY"`         // the keys themselves, instead of a file
	MasterKeyCommand   string   `env:"MASTER_KEY_COMMAND"` // what prints them, instead of a file
	OutboundAllow      []string `env:"OUTBOUND_ALLOW"`     // CIDR or CIDR:port, as typed
	OutboundHosts      []string `env:"OUTBOUND_HOSTS"`     // names that may be called; none: any public one
	TrustedProxies     []string `env:"TRUSTED_PROXIES"`
	SyncAt             string   `env:"SYNC_AT" envDefault:"02:00"`
	SyncUntil          string   `env:"SYNC_UNTIL" envDefault:"06:00"` // until then a failed night is tried again
	TimeZone           string   `env:"TIME_ZONE" envDefault:"UTC"`
	Clock              string   `env:"CLOCK"`         // RFC 3339; empty: the true time
	AuditAnchors       string   `env:"AUDIT_ANCHORS"` // the folder in which the end of the audit trail is noted
	Backups            string   `env:"BACKUPS"`       // the folder of the daily backups; empty: none is made
	BackupAt           string   `env:"BACKUP_AT" envDefault:"01:00"`
	BreachedPasswords  string   `env:"BREACHED_PASSWORDS"` // a sorted file of hashes of stolen passwords; empty: none
	TracesURL          string   `env:"TRACES_URL"`         // of an OTLP/HTTP collector; empty: nothing is traced
	TracesHeaders      []string `env:"TRACES_HEADERS"`     // name=value, for the collector
	LogFormat          string   `env:"LOG_FORMAT" envDefault:"text"`
	LogLevel           string   `env:"LOG_LEVEL" envDefault:"info"`
	LogTo              string   `env:"LOG_TO"`    // syslog+tls://host:port, to which log and trail go too
	LogToCA            string   `env:"LOG_TO_CA"` // PEM file of the roots for it; empty: the system's
	AdminEmail         string   `env:"ADMIN_EMAIL"`
	AdminPassword      string   `env:"ADMIN_PASSWORD"`
}

// PrivateServer tells whether the app runs its own PostgreSQL in the data folder.
func (c Config) PrivateServer() bool { return c.DatabaseURL == "" }

// KeyFile is where the master key lies. Only on the private server may it be made.
func (c Config) KeyFile() string {
	if c.MasterKeyFile != "" {
		return c.MasterKeyFile
	}
	return filepath.Join(c.DataDir, "master.key")
}

// AnchorFolder is where the signed end of the audit trail is noted. It belongs where nobody with rights to the
// database can change it.
func (c Config) AnchorFolder() string {
	if c.AuditAnchors != "" {
		return c.AuditAnchors
	}
	return filepath.Join(c.DataDir, "anchors")
}

// Zone is the zone whose calendar days are billing days (RULES 2).
func (c Config) Zone() *time.Location {
	zone, err := time.LoadLocation(c.TimeZone)
	if err != nil {
		return time.UTC // Load has refused this already
	}
	return zone
}

// Night is the time of day of the nightly sync and the one until which a failed one is tried again, since midnight in
// Zone.
func (c Config) Night() (at, until time.Duration) { return timeOfDay(c.SyncAt), timeOfDay(c.SyncUntil) }

// BackupTime is the time of day of the daily backup, since midnight in Zone.
func (c Config) BackupTime() time.Duration { return timeOfDay(c.BackupAt) }

// timeOfDay reads what Load has found good.
func timeOfDay(s string) time.Duration {
	t, err := parseTimeOfDay(s)
	if err != nil {
		return 0
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
}

// ClockStart is the moment at which the clock starts, and whether it was moved at all.
func (c Config) ClockStart() (at time.Time, moved bool) {
	at, err := time.Parse(time.RFC3339, c.Clock)
	return at.UTC(), err == nil // Load has refused what is none
}

// Level is the least serious kind of line that is logged.
func (c Config) Level() slog.Level {
	var l slog.Level
	if l.UnmarshalText([]byte(c.LogLevel)) != nil {
		return slog.LevelInfo
	}
	return l
}

// Proxies are the addresses whose X-Forwarded-For is believed.
func (c Config) Proxies() []netip.Prefix {
	var out []netip.Prefix
	for _, s := range c.TrustedProxies {
		if p, err := parsePrefix(s); err == nil {
			out = append(out, p)
		}
	}
	return out
}

// String hides what is secret: a configuration may end up in a log.
func (c Config) String() string { return "configuration of " + c.Addr }

// GoString hides what is secret.
func (c Config) GoString() string { return c.String() }

// LogValue hides what is secret.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }
