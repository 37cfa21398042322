package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"seatledger/internal/backup"
	"seatledger/internal/postgres"
	"seatledger/internal/secret"
)

const (
	perCopy   = 27 // connections that one copy of the app may have: 20, 3 for leases, 4 for the queue
	farOff    = 5 * time.Second
	lateNight = time.Hour
	tooLong   = 26 * time.Hour
)

func (p *patient) database(ctx context.Context) {
	if !p.server(ctx) {
		return
	}
	p.hour(ctx)
	p.sessions(ctx)
	err := postgres.CheckSchema(ctx, p.db)
	if err != nil {
		p.wrong("versions", "", "%s", said(err))
		return
	}
	p.good("versions", "Program and database fit together.")
	if err := p.Seen(ctx, p.cfg, p.db); err != nil {
		p.wrong("database", "Look whether it is read only, or its disk full.", "Nothing can be written: %s",
			said(err))
	}
	p.key(ctx)
	p.schedule(ctx)
	p.queue(ctx)
	p.backups(ctx)
	p.counts(ctx)
}

// ask reads one row, or says why that could not be.
func (p *patient) ask(ctx context.Context, about, sql string, into ...any) bool {
	err := p.db.Pool().QueryRow(ctx, sql).Scan(into...)
	if err != nil {
		p.wrong(about, "", "It could not be looked at: %s", said(err))
	}
	return err == nil
}

func (p *patient) server(ctx context.Context) bool {
	var version, encoding, ctype, zone string
	var number, most, reserved, used int
	var bytesUsed int64
	var super, owner bool
	ok := p.ask(ctx, "database", `SELECT current_setting('server_version'),
		current_setting('server_version_num')::int, current_setting('server_encoding'),
		(SELECT datctype FROM pg_database WHERE datname = current_database()), current_setting('TimeZone'),
		current_setting('max_connections')::int, current_setting('superuser_reserved_connections')::int,
		(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
		pg_database_size(current_database()), (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
		EXISTS (SELECT FROM pg_class c WHERE c.oid = to_regclass('audit_events') AND c.relowner =
		current_user::regrole)`,
		&version, &number, &encoding, &ctype, &zone, &most, &reserved, &used, &bytesUsed, &super, &owner)
	if !ok {
		return false
	}
	where := "a server of your own"
	if p.cfg.PrivateServer() {
		where = "the private server"
	}
	p.fact("PostgreSQL: %s, %s, %s, %s, %s, %s", version, where, encoding, ctype, zone, bytes(uint64(bytesUsed)))
	p.fact("connections: %d of %d, %d of them for superusers", used, most, reserved)
	p.good("database", "PostgreSQL %s answers; the database takes %s.", version, bytes(uint64(bytesUsed)))
	if number < 140000 {
		p.wrong("versions", "Move to PostgreSQL 14 or later.", "PostgreSQL %s is too old.", version)
	}
	if encoding != "UTF8" {
		p.wrong("database", "Make the database anew as the README says, and bring a backup into it.",
			"Its encoding is %s, not UTF8.", encoding)
	}
	if super || owner {
		p.wrong("database", "Give the app the role seatledger_app, and the owner's to `migrate` alone.",
			"The app's role may change the schema: what the ledger has recorded is not safe from it.")
	}
	p.pool(used, most-reserved)
	return true
}

func (p *patient) pool(used, most int) {
	switch {
	case most < perCopy:
		p.wrong("pool", "Raise max_connections of the server.",
			"One copy of the app may want %d connections, and the server gives %d.", perCopy, most)
	case used > most*9/10:
		p.wrong("pool", "Raise max_connections, or run fewer copies.", "%d of %d connections are in use.", used, most)
	default:
		p.good("pool", "%d of %d connections are in use; a copy of the app may want %d.", used, most, perCopy)
	}
}

// hour holds the database's clock against this machine's, and against what was written.
func (p *patient) hour(ctx context.Context) {
	var theirs, before, after time.Time
	before = time.Unix(0, p.wall().UnixNano())
	if !p.ask(ctx, "clock", `SELECT clock_timestamp()`, &theirs) {
		return
	}
	after = time.Unix(0, p.wall().UnixNano())
	middle := before.Add(after.Sub(before) / 2)
	if off := theirs.Sub(middle).Abs() - after.Sub(before); off > farOff {
		p.wrong("clock", "Have a time service keep both clocks. Leases of runs go by the database's.",
			"The database's clock and this machine's are %s apart.", theirs.Sub(middle).Abs().Round(time.Second))
	}
}

// sessions looks for who keeps others waiting.
func (p *patient) sessions(ctx context.Context) {
	var waiting, idle, long, prepared, migrating int
	ok := p.ask(ctx, "locks", fmt.Sprintf(`SELECT
		count(*) FILTER (WHERE wait_event_type = 'Lock' AND now() - query_start > interval '10 s'),
		count(*) FILTER (WHERE state LIKE 'idle in transaction%%' AND now() - state_change > interval '20 s'),
		count(*) FILTER (WHERE xact_start < now() - interval '10 min'),
		(SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()),
		(SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
			AND (classid::bigint << 32 | objid::bigint) = %d)
		FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`, postgres.MigrateLock),
		&waiting, &idle, &long, &prepared, &migrating)
	if !ok {
		return
	}
	bad := false
	say := func(n int, do, format string) {
		if n > 0 {
			bad = true
			p.wrong("locks", do, format, n)
		}
	}
	say(waiting,
		"SELECT pid, pg_blocking_pids(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' names who holds "+
			"what they wait for.", "%d sessions wait for a lock for more than ten seconds.")
	say(idle, "Find whose they are in pg_stat_activity: the app's own are ended after 15 seconds.",
		"%d sessions hold a transaction and do nothing.")
	say(long, "Look in pg_stat_activity. While one is open, the space of old rows is not used again.",
		"%d transactions are open for more than ten minutes.")
	say(prepared, "COMMIT PREPARED or ROLLBACK PREPARED: Seatledger makes none.",
		"%d prepared transactions are left open.")
	say(migrating, "Look at the one that migrates, which has the lock.", "%d copies wait for a migration to end.")
	if !bad {
		p.good("locks", "Nobody keeps another waiting.")
	}
}

func (p *patient) key(ctx context.Context) {
	var met bool
	if !p.ask(ctx, "key", `SELECT EXISTS (SELECT FROM master_key_check)`, &met) {
		return
	}
	if !met {
		p.found(Look, "key", "Start the app once.", "No master key has met this database yet.")
		return
	}
	s, err := secret.Load(ctx, p.db, secret.Options{Path: p.cfg.KeyFile(), Value: p.cfg.MasterKey,
		Command: p.cfg.MasterKeyCommand, Clock: stopped(p.now)})
	if err != nil {
		p.wrong("key", "Put the right key back; without it stored secrets must be typed again.", "%s", said(err))
		return
	}
	health, err := s.Examine(ctx, p.db)
	if err != nil {
		p.wrong("key", "", "Stored secrets could not be proved: %s", said(err))
		return
	}
	values := 0
	for _, k := range health.Keys {
		values += k.Values
	}
	p.fact("keys: %d, sealed values: %d, of them not opening: %d", len(health.Keys), values, len(health.Broken))
	if n := len(health.Broken); n > 0 {
		p.wrong("key", "`seatledger keys doctor` names them.", "%d stored secrets do not open.", n)
		return
	}
	p.good("key", "It is at hand, and every stored secret opens.")
}

type stopped time.Time

// Now is the moment at which it stands.
func (s stopped) Now() time.Time { return time.Time(s) }

// schedule looks whether nights happen.
func (p *patient) schedule(ctx context.Context) {
	var providers, overdue, stale int
	var ahead *time.Time
	sql := fmt.Sprintf(`WITH read AS (SELECT p.id, p.created_at, (SELECT max(r.finished_at) FROM sync_runs r
			WHERE r.provider_id = p.id AND r.kind = 'subscriptions' AND r.state = 'succeeded') AS at
			FROM providers p WHERE p.active AND p.connector <> 'manual')
		SELECT (SELECT count(*) FROM read),
		(SELECT count(*) FROM run_nights n WHERE n.next_at < timestamptz '%[1]s' - interval '%[2]d seconds'),
		(SELECT count(*) FROM read WHERE coalesce(at, created_at) < timestamptz '%[1]s' - interval '%[3]d seconds'),
		(SELECT min(next_at) FROM run_nights)`, p.now.Format(time.RFC3339), int(lateNight.Seconds()),
		int(tooLong.Seconds()))
	if !p.ask(ctx, "schedule", sql, &providers, &overdue, &stale, &ahead) {
		return
	}
	p.fact("providers read by an API: %d, of them not read whole for 26 hours: %d; nights overdue: %d", providers,
		stale,
		overdue)
	switch {
	case overdue > 0:
		p.wrong("schedule", "Start the app, or look in its log for \"recurring work failed\".",
			"%d nights should have begun more than an hour ago.", overdue)
	case stale > 0:
		p.wrong("schedule", "Their pages say why: Providers, and the last run of each.",
			"%d of %d providers were not read whole for more than 26 hours.", stale, providers)
	case ahead != nil:
		p.good("schedule", "The next night begins at %s.", ahead.In(p.cfg.Zone()).Format("2006-01-02 15:04 MST"))
	default:
		p.good("schedule", "No provider is read by an API yet, so there is no night.")
	}
}

// queue looks for work that nobody takes.
func (p *patient) queue(ctx context.Context) {
	var due, late, lost, mails, unsure int
	ok := p.ask(ctx, "jobs", `SELECT
		(SELECT count(*) FROM river.river_job WHERE state IN ('available', 'retryable', 'scheduled')
			AND scheduled_at <= now()),
		(SELECT count(*) FROM river.river_job WHERE state = 'available' AND scheduled_at < now() - interval '10 min'),
		(SELECT count(*) FROM sync_runs WHERE state = 'running' AND held_until < now() - interval '2 min'),
		(SELECT count(*) FROM mails WHERE state = 'queued' AND queued_at < now() - interval '6 hours'),
		(SELECT count(*) FROM mails WHERE state = 'unknown')`, &due, &late, &lost, &mails, &unsure)
	if !ok {
		return
	}
	p.fact("jobs that are due: %d, for more than ten minutes: %d; runs without a holder: %d; mails waiting six hours: %d; "+
		"perhaps sent: %d", due, late, lost, mails, unsure)
	if late > 0 || lost > 0 {
		p.wrong("jobs", "Look whether the app runs, and what its log says.",
			"%d jobs wait for more than ten minutes, and %d runs have lost their holder.", late, lost)
	} else {
		p.good("jobs", "%d are due; none waits for long.", due)
	}
	if mails > 0 || unsure > 0 {
		p.found(Look, "mail", "Mail, filter Queued and Perhaps sent; each says what the server answered.",
			"%d mails wait for more than six hours, %d were perhaps sent.", mails, unsure)
	}
}

func (p *patient) backups(ctx context.Context) {
	k := backup.Keeper{DB: p.db, Clock: stopped(p.now), Zone: p.cfg.Zone(), Folder: p.cfg.Backups,
		At: p.cfg.BackupTime()}
	s, err := k.Look(ctx, p.db.Read(ctx))
	if err != nil {
		p.wrong("backup", "", "%s", said(err))
		return
	}
	age := "none"
	if !s.MadeAt.IsZero() {
		age = "made " + s.MadeAt.UTC().Format(time.RFC3339) + ", " + bytes(uint64(s.Bytes))
	}
	p.fact("last backup by Seatledger: %s; by itself each day: %v", age, s.Scheduled)
	switch {
	case s.Failed != "":
		p.wrong("backup", "Mend what it says; it is tried again every half hour.", "The last one failed: %s",
			s.Failed)
	case s.Old:
		p.wrong("backup", "Look whether the app runs and can write to SEATLEDGER_BACKUPS.",
			"The last one is too old: %s.", age)
	case !s.Scheduled:
		p.found(Look, "backup", "Set SEATLEDGER_BACKUPS to a folder on another disk, unless somebody else backs the "+
			"database up.", "None is made by itself. The last one by hand: %s.", age)
	default:
		p.good("backup", "The last one: %s.", age)
	}
}

// counts are sizes, never contents.
func (p *patient) counts(ctx context.Context) {
	rows, err := p.db.Pool().Query(ctx, `SELECT 'providers with ' || connector || CASE WHEN active THEN '' ELSE
			', inactive' END, count(*) FROM providers GROUP BY 1
		UNION ALL SELECT 'rows of ' || relname || ', about', greatest(reltuples, 0)::bigint FROM pg_class
			WHERE oid IN (SELECT to_regclass(t) FROM unnest(ARRAY['provider_accounts', 'crm_accounts',
			'subscriptions',
			'license_changes', 'invoices', 'supplier_bill_lines', 'audit_events']) t)
		UNION ALL SELECT 'runs of seven days: ' || kind || ', ' || trigger || ', ' || state, count(*) FROM sync_runs
			WHERE requested_at > now() - interval '7 days' GROUP BY kind, trigger, state
		UNION ALL SELECT 'jobs: ' || kind || ', ' || state, count(*) FROM river.river_job GROUP BY kind, state
		UNION ALL SELECT 'notices of seven days: ' || kind, count(*) FROM notices
			WHERE at > now() - interval '7 days' GROUP BY kind
		UNION ALL SELECT 'migrations', max(version_id) FROM goose_db_version ORDER BY 1`)
	if err == nil {
		defer rows.Close()
		for rows.Next() {
			var what string
			var n int64
			if err := rows.Scan(&what, &n); err != nil {
				break
			}
			p.fact("%s: %d", what, n)
		}
		err = rows.Err()
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		p.found(Look, "database", "", "Its sizes could not be read: %s", said(err))
	}
}

func bytes(n uint64) string {
	units := []string{"bytes", "KB", "MB", "GB", "TB"}
	v, i := float64(n), 0
	for v >= 1000 && i < len(units)-1 {
		v, i = v/1000, i+1
	}
	if i == 0 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%.1f %s", v, units[i])
}
