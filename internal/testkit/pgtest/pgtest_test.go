package pgtest_test

import (
	"testing"

	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestATestHasADatabaseOfItsOwnAsTheAppRole(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	var user, name string
	err := db.Pool().QueryRow(t.Context(), "select current_user, current_database()").Scan(&user, &name)
	if err != nil || user != "seatledger_app" || name != db.Name {
		t.Fatalf("user %q, database %q, error %v", user, name, err)
	}
	if _, err := db.Pool().Exec(t.Context(), "create table x ()"); err == nil {
		t.Error("the app's role could create a table")
	}
	if _, err := db.Owner().Exec(t.Context(), "create table x ()"); err != nil {
		t.Errorf("owner: %v", err)
	}
}
