package nights

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// superuser is a connection that may do what the app's and the owner's roles may not.
func (w *world) superuser() *pgx.Conn {
	w.t.Helper()
	conn, err := pgx.ConnectConfig(w.ctx, w.DB.AppConfig().ConnConfig)
	w.must(err)
	_, err = conn.Exec(w.ctx, `SET ROLE NONE`)
	w.must(err)
	return conn
}

// killBackends ends the connections of the product to its database; all, or one in the middle of a statement.
func (w *world) killBackends(most int) {
	conn := w.superuser()
	defer conn.Close(context.WithoutCancel(w.ctx))
	_, err := conn.Exec(w.ctx, `SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity
		WHERE datname = current_database() AND application_name = $2 ORDER BY state = 'active' DESC, pid LIMIT $1) b`,
		most, product)
	w.must(err)
	w.cut.Store(true)
}

// lock holds a table for a while, as another session may.
func (w *world) lock(table string, d time.Duration) {
	conn := w.superuser()
	tx, err := conn.Begin(w.ctx)
	w.must(err)
	_, err = tx.Exec(w.ctx, `LOCK TABLE `+table+` IN ACCESS EXCLUSIVE MODE`)
	w.must(err)
	go func() {
		ctx := context.WithoutCancel(w.ctx)
		time.Sleep(d)
		_ = tx.Rollback(ctx)
		_ = conn.Close(ctx)
	}()
}

// fails makes the database refuse what is written to the ledger, as it does with this SQLSTATE.
func (w *world) fails(table, state, words string) {
	w.t.Helper()
	for _, sql := range []string{
		`CREATE OR REPLACE FUNCTION test_fails() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			RAISE EXCEPTION '` + words + `' USING ERRCODE = '` + state + `'; END $$`,
		`CREATE TRIGGER test_fails BEFORE INSERT OR UPDATE ON ` + table +
			` FOR EACH STATEMENT EXECUTE FUNCTION test_fails()`,
	} {
		_, err := w.DB.Owner().Exec(w.ctx, sql)
		w.must(err)
	}
}

func (w *world) failsNoMore(table string) {
	_, err := w.DB.Owner().Exec(w.ctx, `DROP TRIGGER test_fails ON `+table)
	w.must(err)
}

// database: the database fails while a run works.
func database() []row {
	const diskFull = `could not extend file "base/16384/16997": No space left on device`
	return []row{
		{no: "39, seen", fault: "one database backend is killed in the middle of a run",
			how:  "pg_terminate_backend at the fourth list",
			does: "An interruption: the run goes on by itself where it was", ends: read, rows: 1, check: arrived,
			inject: func(w *world) {
				w.grow(w.rich(2, 1).CustomerNo)
				w.gate.at("/subscriptions", 4, func() { w.killBackends(1) })
			}},
		{no: "39", fault: "all connections to the database are cut in the middle of a run",
			how:  "pg_terminate_backend of all",
			does: "As one", ends: read, rows: 1, check: arrived,
			inject: func(w *world) {
				w.grow(w.rich(2, 1).CustomerNo)
				w.gate.at("/subscriptions", 4, func() { w.killBackends(100) })
			}},
		{no: "39", fault: "a table is locked for eight seconds in the middle of a run",
			how:  "LOCK TABLE by another session",
			does: "The run waits, or is interrupted and goes on", ends: read, rows: 1, check: arrived,
			inject: func(w *world) {
				w.grow(w.rich(2, 1).CustomerNo)
				w.gate.at("/subscriptions", 4, func() { w.lock("subscriptions", 8*time.Second) })
			}},
		{no: "40, seen", fault: "the disk is full", how: "the ledger's inserts fail with 53100", rows: 1,
			does: "Nothing is half written; the page says that there is no room, and what to do",
			says: []string{"disk|room|space"},
			inject: func(w *world) {
				w.grow(w.rich(2, 1).CustomerNo)
				w.fails("license_changes", "53100", diskFull)
			},
			undo: func(w *world) { w.failsNoMore("license_changes") }},
		{no: "40", fault: "a statement takes too long", how: "the ledger's inserts fail with 57014", rows: 1,
			signIns: 40,
			does:    "Nothing is half written; the cause is on the page",
			inject: func(w *world) {
				w.grow(w.rich(2, 1).CustomerNo)
				w.fails("license_changes", "57014", "canceling statement due to statement timeout")
			},
			undo: func(w *world) { w.failsNoMore("license_changes") }},
	}
}
