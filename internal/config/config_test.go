package config

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func load(vars map[string]string) (Config, error) {
	return Load(func(name string) string { return vars[strings.TrimPrefix(name, Prefix)] })
}

func TestAnEmptyEnvironmentIsComplete(t *testing.T) {
	t.Parallel()
	c, err := load(nil)
	if err != nil {
		t.Fatal(err)
	}
	at, until := c.Night()
	got := fmt.Sprintln(c.Addr, c.DataDir, at, until, c.Zone(), c.LogFormat, c.Level(), c.PrivateServer(), c.HTTPS(),
		len(c.OutboundAllow))
	if want := fmt.Sprintln("127.0.0.1:8080", "./.seatledger", 2*time.Hour, 6*time.Hour, time.UTC, "text",
		slog.LevelInfo, true, false,
		0); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if c.BaseURLAt("127.0.0.1:4711") != "http://127.0.0.1:4711" {
		t.Errorf("base URL %s", c.BaseURLAt("127.0.0.1:4711"))
	}
	if c.KeyFile() != filepath.Join(".seatledger", "master.key") {
		t.Errorf("key file %s", c.KeyFile())
	}
}

func TestEveryVariableOfTheContractIsRead(t *testing.T) {
	t.Parallel()
	c, err := load(map[string]string{
		"ADDR": "0.0.0.0:0", "BASE_URL": "https://seats.reseller.example/", "METRICS_ADDR": "127.0.0.1:9100",
		"DATABASE_URL":         "postgres://seatledger_app:x@db.example/seatledger",
		"MIGRATE_DATABASE_URL": "postgresql://seatledger_owner:x@db.example/seatledger",
		"DATA_DIR":             "/data", "POSTGRES_BIN": "/opt/pg", "MASTER_KEY_FILE": "/keys/master",
		"OUTBOUND_ALLOW":  "127.0.0.1/32:9090, 10.0.0.0/8 ,[fd00::]/8:443,",
		"TRUSTED_PROXIES": "10.1.2.3,fd00::/8", "SYNC_AT": "23:45", "SYNC_UNTIL": "05:30",
		"TIME_ZONE":  "Europe/Amsterdam",
		"LOG_FORMAT": "json", "LOG_LEVEL": "debug",
		"ADMIN_EMAIL": "ada@reseller.example", "ADMIN_PASSWORD": "some words",
	})
	if err != nil {
		t.Fatal(err)
	}
	at, until := c.Night()
	got := fmt.Sprintln(c.HTTPS(), c.BaseURLAt("x"), c.PrivateServer(), c.KeyFile(), c.OutboundAllow, c.Proxies(), at,
		until, c.Zone(), c.Level(), c.AdminEmail)
	want := "true https://seats.reseller.example false /keys/master [127.0.0.1/32:9090 10.0.0.0/8 [fd00::]/8:443] " +
		"[10.1.2.3/32 fd00::/8] 23h45m0s 5h30m0s Europe/Amsterdam DEBUG ada@reseller.example\n"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestEachFaultNamesItsVariable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		vars map[string]string
		want string
	}{
		{map[string]string{"ADDR": "8080"}, "ADDR"},
		{map[string]string{"ADDR": "127.0.0.1:http"}, "ADDR"},
		{map[string]string{"ADDR": "127.0.0.1:70000"}, "ADDR"},
		{map[string]string{"ADDR": ":8080"}, "BASE_URL=https://"},
		{map[string]string{"ADDR": "0.0.0.0:8080", "BASE_URL": "http://seats.reseller.example"}, "BASE_URL=https://"},
		{map[string]string{"BASE_URL": "seats.reseller.example"}, "BASE_URL"},
		{map[string]string{"BASE_URL": "ftp://seats.reseller.example"}, "BASE_URL"},
		{map[string]string{"BASE_URL": "https://seats.reseller.example/app"}, "BASE_URL"},
		{map[string]string{"METRICS_ADDR": "x"}, "METRICS_ADDR"},
		{map[string]string{"METRICS_ADDR": "0.0.0.0:9100"}, "METRICS_IN_THE_CLEAR"},
		{map[string]string{"METRICS_ADDR": "metrics.reseller.example:9100"}, "METRICS_ADDR"},
		{map[string]string{"DATABASE_URL": "postgres://db.example/x"}, "MASTER_KEY_FILE"},
		{map[string]string{"DATABASE_URL": "mysql://db.example/x", "MASTER_KEY_FILE": "k"}, "DATABASE_URL"},
		{map[string]string{"SYNC_AT": "25:00"}, "SYNC_AT"},
		{map[string]string{"SYNC_AT": "2am"}, "SYNC_AT"},
		{map[string]string{"TIME_ZONE": "Mars/Olympus"}, "TIME_ZONE"},
		{map[string]string{"TIME_ZONE": "Local"}, "TIME_ZONE"},
		{map[string]string{"OUTBOUND_ALLOW": "localhost:9090"}, "OUTBOUND_ALLOW"},
		{map[string]string{"OUTBOUND_ALLOW": "10.0.0.0/8:0"}, "OUTBOUND_ALLOW"},
		{map[string]string{"TRUSTED_PROXIES": "proxy.example"}, "TRUSTED_PROXIES"},
		{map[string]string{"CLOCK": "tomorrow"}, "CLOCK"},
		{map[string]string{"CLOCK": "2027-01-15"}, "CLOCK"},
		{map[string]string{"CLOCK": "2027-01-15T09:00:00"}, "CLOCK"},
		{map[string]string{"CLOCK": "1926-01-15T09:00:00Z"}, "CLOCK"},
		{map[string]string{"CLOCK": "2027-01-15T09:00:00Z", "DATABASE_URL": "postgres://db.example/x",
			"MASTER_KEY_FILE": "k"}, "CLOCK"},
		{map[string]string{"CLOCK": "2027-01-15T09:00:00Z",
			"MIGRATE_DATABASE_URL": "postgres://db.example/x"}, "CLOCK"},
		{map[string]string{"LOG_FORMAT": "xml"}, "LOG_FORMAT"},
		{map[string]string{"LOG_LEVEL": "loud"}, "LOG_LEVEL"},
		{map[string]string{"ADMIN_EMAIL": "ada@reseller.example"}, "ADMIN_PASSWORD"},
		{map[string]string{"ADMIN_PASSWORD_FILE": "/nowhere/at/all", "ADMIN_EMAIL": "a@b.example"},
			"ADMIN_PASSWORD_FILE"},
	} {
		_, err := load(c.vars)
		if err == nil || !strings.Contains(err.Error(), Prefix+c.want) {
			t.Errorf("%v: %v; want %s named", c.vars, err, c.want)
		}
	}
}

func TestTheClockStartsWhereItIsSet(t *testing.T) {
	t.Parallel()
	c, err := load(map[string]string{"CLOCK": "2027-03-31T23:30:00+02:00"})
	if at, moved := c.ClockStart(); err != nil || !moved || !at.Equal(time.Date(2027, 3, 31, 21, 30, 0, 0, time.UTC)) {
		t.Errorf("starts at %s, moved %v, %v", at, moved, err)
	}
	if _, moved := (Config{}).ClockStart(); moved {
		t.Error("a clock that nobody set is moved")
	}
}

func TestAllFaultsAreSaidAtOnce(t *testing.T) {
	t.Parallel()
	_, err := load(map[string]string{"SYNC_AT": "x", "TIME_ZONE": "x", "LOG_FORMAT": "x", "ADDR": "x"})
	for _, name := range []string{"SYNC_AT", "TIME_ZONE", "LOG_FORMAT", "ADDR"} {
		if err == nil || !strings.Contains(err.Error(), Prefix+name+":") {
			t.Errorf("%s is missing in: %v", name, err)
		}
	}
}

func TestASecretMayComeFromAFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("words from a file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	vars := map[string]string{"ADMIN_EMAIL": "ada@reseller.example", "ADMIN_PASSWORD_FILE": file}
	c, err := load(vars)
	if err != nil || c.AdminPassword != "words from a file" {
		t.Errorf("password %q, %v", c.AdminPassword, err)
	}
	vars["ADMIN_PASSWORD"] = "and another"
	if _, err := load(vars); err == nil || !strings.Contains(err.Error(), "set twice") {
		t.Errorf("both given: %v", err)
	}
}

func TestNoSecretIsPrinted(t *testing.T) {
	t.Parallel()
	c, err := load(map[string]string{
		"DATABASE_URL": "postgres://u:sentinel-1@db.example/x", "MASTER_KEY_FILE": "k", "TIME_ZONE": "Nowhere",
		"ADMIN_EMAIL": "ada@reseller.example", "ADMIN_PASSWORD": "sentinel-2",
	})
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("start", "config", c, "error", err)
	if all := fmt.Sprintf("%v %+v %#v %s", c, c, c, log.String()); strings.Contains(all, "sentinel") {
		t.Errorf("a secret shows in %s", all)
	}
}

func TestPlainHTTPStaysOnTheMachine(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]bool{
		"127.0.0.1:0": true, "127.8.8.8:80": true, "[::1]:8080": true, "localhost:8080": true,
		"0.0.0.0:8080": false, ":8080": false, "[::]:8080": false, "192.168.1.4:8080": false,
		"seats.reseller.example:80": false,
	} {
		if Loopback(addr) != want {
			t.Errorf("Loopback(%s) = %v", addr, !want)
		}
	}
}
