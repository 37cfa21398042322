package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// work is what something took: by the clock, and of the processor in this process and in the database's.
type work struct{ clock, ours, database time.Duration }

func (w work) String() string {
	return fmt.Sprintf("%.2f s (processor %.2f + %.2f)", w.clock.Seconds(), w.ours.Seconds(), w.database.Seconds())
}

func (w work) processor() time.Duration { return w.ours + w.database }

func (w work) plus(o work) work {
	return work{w.clock + o.clock, w.ours + o.ours, w.database + o.database}
}

// spent tells what do takes. A session of the database that ends meanwhile is not counted.
func (m *measured) spent(do func() error) (work, error) {
	began, ours, database := time.Now(), taken(os.Getpid()), m.sessions()
	err := do()
	w := work{clock: time.Since(began), ours: taken(os.Getpid()) - ours}
	for session, spent := range m.sessions() {
		w.database += spent - database[session]
	}
	return w, err
}

// sessions are what the database's processes have taken, by their numbers.
func (m *measured) sessions() map[int]time.Duration {
	file, _ := os.ReadFile(filepath.Join(m.postgres, "postmaster.pid"))
	first, _, _ := strings.Cut(string(file), "\n")
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%s/task/%s/children", first, first))
	out := map[int]time.Duration{}
	for _, f := range strings.Fields(string(children)) {
		title, _ := os.ReadFile("/proc/" + f + "/cmdline")
		if pid, err := strconv.Atoi(f); err == nil && strings.Contains(string(title), "[local]") {
			out[pid] = taken(pid)
		}
	}
	return out
}

// taken is the time that all threads of a process have run.
func taken(pid int) (sum time.Duration) {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	for _, t := range threads {
		b, _ := os.ReadFile(t)
		if f := strings.Fields(string(b)); len(f) > 0 {
			n, _ := strconv.ParseInt(f[0], 10, 64)
			sum += time.Duration(n)
		}
	}
	return sum
}

// told are the settings under which the database counts its statements.
func told(statements int) map[string]string {
	if statements == 0 {
		return nil
	}
	return map[string]string{"shared_preload_libraries": "pg_stat_statements", "pg_stat_statements.track": "all",
		"pg_stat_statements.track_planning": "on"}
}

// costliest tells which statements took the database longest, those of triggers among them. It costs some of the speed.
func costliest(ctx context.Context, db *pgx.Conn, out io.Writer, n int) error {
	if n == 0 {
		return nil
	}
	if _, err := db.Exec(ctx, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements"); err != nil {
		return err
	}
	rows, err := db.Query(ctx, `SELECT calls, total_exec_time + total_plan_time, rows,
			left(regexp_replace(query, '\s+', ' ', 'g'), 160)
		FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
		WHERE d.datname = $2 AND query !~ '^(CREATE|ALTER|DROP|VACUUM|GRANT)' ORDER BY 2 DESC LIMIT $1`, n, wayDatabase)
	if err != nil {
		return err
	}
	var calls, count int64
	var ms float64
	var sql string
	_, err = pgx.ForEachRow(rows, []any{&calls, &ms, &count, &sql}, func() error {
		_, err := fmt.Fprintf(out, "%8d %10.1f ms %8d rows %s\n", calls, ms, count, sql)
		return err
	})
	if err == nil {
		_, err = db.Exec(ctx, "SELECT pg_stat_statements_reset()")
	}
	return err
}
