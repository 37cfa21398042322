package pgtest

import (
	"context"
	"log/slog"
	"sync"

	"github.com/jackc/pgx/v5"

	"seatledger/internal/postgres"
)

// Overtaken opens the database for the app once more. The first transaction that updates a row of the
// table is refused at its commit as a serialisation failure, and change happens before it is tried again.
func (d *DB) Overtaken(table string, change func() error) *postgres.DB {
	d.t.Helper()
	_, err := d.Owner().Exec(d.t.Context(), `
		CREATE SEQUENCE overtakes;
		GRANT USAGE ON overtakes TO seatledger_app;
		CREATE FUNCTION overtake() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN
			IF nextval('overtakes') = 1 THEN
				RAISE EXCEPTION 'overtaken' USING ERRCODE = 'serialization_failure';
			END IF;
			RETURN NULL;
		END $$;
		CREATE CONSTRAINT TRIGGER overtake AFTER UPDATE ON `+pgx.Identifier{table}.Sanitize()+`
			DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION overtake()`)
	if err != nil {
		d.t.Fatalf("overtake %s: %v", table, err)
	}
	config := d.AppConfig()
	config.PrepareConn = d.overtake(change)
	db, err := postgres.Open(d.t.Context(), config, slog.New(slog.DiscardHandler))
	if err != nil {
		d.t.Fatalf("open test database: %v", err)
	}
	d.t.Cleanup(db.Close)
	return db
}

// overtake makes the change when a connection is asked for after the refusal. The sequence tells: it
// remembers what was rolled back.
func (d *DB) overtake(change func() error) func(context.Context, *pgx.Conn) (bool, error) {
	once := sync.OnceValue(change)
	return func(ctx context.Context, _ *pgx.Conn) (bool, error) {
		var refused bool
		err := d.Owner().QueryRow(ctx, "SELECT is_called FROM overtakes").Scan(&refused)
		if err == nil && refused {
			err = once()
		}
		return true, err
	}
}
