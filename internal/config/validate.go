package config

import (
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Validate collects everything that is wrong, so that it can be put right at once.
func (c Config) Validate() error {
	return errors.Join(
		c.checkAddr("ADDR", c.Addr),
		c.checkBaseURL(),
		c.checkPlainHTTP(),
		c.checkMetrics(),
		c.checkTraces(),
		c.checkDatabase(),
		c.checkTime(),
		c.checkClock(),
		c.checkLists(),
		c.checkLog(),
		c.checkAdmin(),
	)
}

func (c Config) checkAddr(name, addr string) error {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return Fault{name, "is not host:port. Set for example 127.0.0.1:8080."}
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return Fault{name, "has no port between 0 and 65535 behind the colon."}
	}
	return nil
}

func (c Config) checkMetrics() error {
	if c.MetricsAddr == "" {
		return nil
	}
	if err := c.checkAddr("METRICS_ADDR", c.MetricsAddr); err != nil {
		return err
	}
	if !c.MetricsInTheClear && !Loopback(c.MetricsAddr) {
		return Fault{"METRICS_ADDR",
			"listens beyond this machine, and figures go in the clear. Set a loopback address, " +
				"as 127.0.0.1:9100, and let a TLS proxy or the collector's agent on this machine read it; or, where " +
				"the " +
				"network is yours alone, set " + Prefix + "METRICS_IN_THE_CLEAR=true."}
	}
	return nil
}

// What is sent to a collector names routes and statuses alone, but its headers may open an account there.
func (c Config) checkTraces() error {
	u, err := url.Parse(c.TracesURL)
	switch {
	case c.TracesURL == "":
		return nil
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "":
		return Fault{"TRACES_URL",
			"is not the address of an OTLP/HTTP collector. Set for example http://127.0.0.1:4318."}
	case u.Scheme == "http" && len(c.TracesHeaders) > 0 && !Loopback(u.Host):
		return Fault{"TRACES_URL", "must be https where TRACES_HEADERS are sent along beyond this machine."}
	}
	for _, h := range c.TracesHeaders {
		if name, _, ok := strings.Cut(h, "="); !ok || strings.TrimSpace(name) == "" {
			return Fault{"TRACES_HEADERS", "is not a comma list of name=value."}
		}
	}
	return nil
}

func (c Config) checkBaseURL() error {
	if c.BaseURL == "" {
		return nil
	}
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return Fault{"BASE_URL",
			"is not an http or https address. Set for example https://seatledger.reseller.example."}
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return Fault{"BASE_URL", "must be a scheme and a host only, without a path, a query or a user."}
	}
	return nil
}

// A session cookie over plain http may be read on the way, so it never leaves the machine.
func (c Config) checkPlainHTTP() error {
	if c.HTTPS() || Loopback(c.Addr) {
		return nil
	}
	return Fault{"ADDR", "listens beyond this machine, but " + Prefix +
		"BASE_URL is not https, so passwords would travel in the clear. " +
		"Put a TLS proxy in front and set " + Prefix + "BASE_URL=https://..., or set " + Prefix +
		"ADDR=127.0.0.1:8080."}
}

func (c Config) checkDatabase() error {
	given := 0
	for _, s := range []string{c.MasterKeyFile, c.MasterKey, c.MasterKeyCommand} {
		if s != "" {
			given++
		}
	}
	if given > 1 {
		return Fault{"MASTER_KEY", "is given twice. Keep one of MASTER_KEY_FILE, MASTER_KEY and MASTER_KEY_COMMAND."}
	}
	if c.DatabaseURL == "" {
		return nil
	}
	var faults []error
	if !isPostgresURL(c.DatabaseURL) {
		faults = append(faults, Fault{"DATABASE_URL",
			"is not a postgres://user:password@host:port/database address."})
	}
	if c.MigrateDatabaseURL != "" && !isPostgresURL(c.MigrateDatabaseURL) {
		faults = append(faults, Fault{"MIGRATE_DATABASE_URL",
			"is not a postgres://user:password@host:port/database address."})
	}
	if given == 0 {
		faults = append(faults, Fault{"MASTER_KEY_FILE",
			"is required with " + Prefix + "DATABASE_URL: every copy of the app needs the same key. " +
				"Make one with `seatledger keys new FILE`, keep it out of the database's backups, and set its path " +
				"here; or give it by MASTER_KEY or MASTER_KEY_COMMAND."})
	}
	return errors.Join(faults...)
}

// Both forms that libpq knows are good: an address, or key=value words.
func isPostgresURL(s string) bool {
	u, err := url.Parse(s)
	if err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") {
		return true
	}
	return strings.Contains(s, "=") && !strings.Contains(s, "://")
}

func (c Config) checkTime() error {
	var faults []error
	if _, err := parseTimeOfDay(c.SyncAt); err != nil {
		faults = append(faults, Fault{"SYNC_AT",
			strconv.Quote(c.SyncAt) + " is not a time of day. Set hh:mm, as 02:00."})
	}
	if _, err := parseTimeOfDay(c.SyncUntil); err != nil {
		faults = append(faults, Fault{"SYNC_UNTIL",
			strconv.Quote(c.SyncUntil) + " is not a time of day. Set hh:mm, as 06:00."})
	}
	if _, err := parseTimeOfDay(c.BackupAt); err != nil {
		faults = append(faults, Fault{"BACKUP_AT",
			strconv.Quote(c.BackupAt) + " is not a time of day. Set hh:mm, as 01:00."})
	}
	if _, err := time.LoadLocation(c.TimeZone); err != nil || c.TimeZone == "Local" {
		faults = append(faults, Fault{"TIME_ZONE",
			strconv.Quote(c.TimeZone) + " is not a known zone. Set a name as Europe/Amsterdam or America/New_York."})
	}
	return errors.Join(faults...)
}

// The clock of a rehearsal must never come near a database in which somebody really bills.
func (c Config) checkClock() error {
	if c.Clock == "" {
		return nil
	}
	if c.DatabaseURL != "" || c.MigrateDatabaseURL != "" {
		return Fault{"CLOCK",
			"moves the clock of a private database only, so that no invoice of yours is ever dated " +
				"by it. Nothing was started. " +
				"Unset it, or unset " + Prefix + "DATABASE_URL and " + Prefix +
				"MIGRATE_DATABASE_URL and rehearse in a new " + Prefix + "DATA_DIR."}
	}
	at, err := time.Parse(time.RFC3339, c.Clock)
	if err != nil {
		return Fault{"CLOCK", strconv.Quote(c.Clock) +
			" is not a moment with its zone. Set for example 2027-01-15T09:00:00Z."}
	}
	if at.Year() < earliestClock || at.Year() > latestClock {
		return Fault{"CLOCK", "must lie between the years " + strconv.Itoa(earliestClock) + " and " +
			strconv.Itoa(latestClock) + "."}
	}
	return nil
}

const earliestClock, latestClock = 2000, 2100

func parseTimeOfDay(s string) (time.Time, error) { return time.Parse("15:04", s) }

func (c Config) checkLists() error {
	var faults []error
	for _, s := range c.OutboundAllow {
		if !isException(s) {
			faults = append(faults, Fault{"OUTBOUND_ALLOW",
				strconv.Quote(s) + " is neither CIDR nor CIDR:port. Set for example 127.0.0.1/32:9090."})
		}
	}
	for _, s := range c.TrustedProxies {
		if _, err := parsePrefix(s); err != nil {
			faults = append(faults, Fault{"TRUSTED_PROXIES",
				strconv.Quote(s) + " is not an address or CIDR. Set for example 10.0.0.5/32."})
		}
	}
	return errors.Join(faults...)
}

func isException(s string) bool {
	if _, err := parsePrefix(s); err == nil {
		return true
	}
	if _, err := netip.ParseAddrPort(s); err == nil {
		return true
	}
	cut := strings.LastIndex(s, ":")
	if cut < 0 {
		return false
	}
	port, err := strconv.ParseUint(s[cut+1:], 10, 16)
	if err != nil || port == 0 {
		return false
	}
	_, err = netip.ParsePrefix(strings.NewReplacer("[", "", "]", "").Replace(s[:cut]))
	return err == nil
}

func parsePrefix(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	return netip.ParsePrefix(s)
}

func (c Config) checkLog() error {
	var faults []error
	if c.LogFormat != "text" && c.LogFormat != "json" {
		faults = append(faults, Fault{"LOG_FORMAT", "must be text or json."})
	}
	var l slog.Level
	if l.UnmarshalText([]byte(c.LogLevel)) != nil {
		faults = append(faults, Fault{"LOG_LEVEL", "must be debug, info, warn or error."})
	}
	return errors.Join(faults...)
}

func (c Config) checkAdmin() error {
	if (c.AdminEmail == "") == (c.AdminPassword == "") {
		return nil
	}
	return Fault{"ADMIN_EMAIL", "and " + Prefix +
		"ADMIN_PASSWORD belong together. Set both, or neither and use the first-admin page."}
}
