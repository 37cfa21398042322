package postgres_test

import (
	"strings"
	"testing"

	"seatledger/internal/postgres"
)

// What may go in the clear stays on this machine, whatever it is called and in whichever place of a list it stands.
func TestADatabaseBeyondThisMachineIsReachedByTLSAlone(t *testing.T) {
	t.Parallel()
	for address, refused := range map[string]bool{
		"postgres://u:sentinel@127.0.0.1:5432/x":                                 false,
		"postgres://u:sentinel@[::1]/x?sslmode=disable":                          false,
		"postgres://u:sentinel@localhost/x":                                      false,
		"host=/var/run/postgresql user=u dbname=x":                               false,
		"postgres://u:sentinel@db.example/x?sslmode=require":                     false,
		"postgres://u:sentinel@db.example/x?sslmode=verify-full":                 false,
		"postgres://u:sentinel@db.example/x":                                     true,
		"postgres://u:sentinel@db.example/x?sslmode=prefer":                      true,
		"postgres://u:sentinel@db.example/x?sslmode=allow":                       true,
		"postgres://u:sentinel@db.example/x?sslmode=disable":                     true,
		"postgres://u:sentinel@10.0.0.7/x":                                       true,
		"postgres://u:sentinel@0.0.0.0/x":                                        true,
		"postgres://u:sentinel@127.0.0.1,db.example/x":                           true,
		"host=db.example user=u password=sentinel dbname=x sslmode=disable":      true,
		"postgres://u:sentinel@localhost.example/x?sslmode=disable":              true,
		"postgres://u:sentinel@127.0.0.1.example/x?sslmode=disable":              true,
		"postgres://u:sentinel@127.0.0.1:5432/x?host=db.example&sslmode=disable": true,
	} {
		_, err := postgres.ParseAddress("DATABASE_URL", address, false)
		if (err != nil) != refused {
			t.Errorf("%s: %v", address, err)
		}
		if err != nil && (strings.Contains(err.Error(), "sentinel") || !strings.Contains(err.Error(), "TLS") ||
			!strings.Contains(err.Error(), "SEATLEDGER_DATABASE_IN_THE_CLEAR")) {
			t.Errorf("%s: it says %v", address, err)
		}
		if _, err := postgres.ParseAddress("DATABASE_URL", address, true); err != nil {
			t.Errorf("%s, said to be meant: %v", address, err)
		}
	}
	if _, err := postgres.ParseAddress("DATABASE_URL", "postgres://u:sentinel@db.example:port/x", true); err == nil ||
		strings.Contains(err.Error(), "sentinel") {
		t.Errorf("an address that is none: %v", err)
	}
}
