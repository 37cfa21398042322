package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// work is processor time of a page: of the server that makes it, and of its database sessions.
type work struct{ server, database time.Duration }

func (w work) whole() float64 { return (w.server + w.database).Seconds() }

func (w work) String() string {
	return fmt.Sprintf("%.2f + %.2f ms", w.server.Seconds()*1000, w.database.Seconds()*1000)
}

// worked is what a server and its database sessions have taken so far. Pages that are compared by it are compared
// truly also while the machine does other things.
func (b *bench) worked(c *child, database string) (w work) {
	w.server = taken(c.cmd.Process.Pid)
	for _, pid := range b.sessions(database) {
		w.database += taken(pid)
	}
	return w
}

// each is what one of n pages took since before.
func (w work) each(before work, n int) work {
	d := time.Duration(max(n, 1))
	return work{(w.server - before.server) / d, (w.database - before.database) / d}
}

// sessions are the database's processes that serve one database.
func (b *bench) sessions(database string) []int {
	file, _ := os.ReadFile(filepath.Join(b.dir, "postgres", "postmaster.pid"))
	first, _, _ := strings.Cut(string(file), "\n")
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%s/task/%s/children", first, first))
	var out []int
	for _, f := range strings.Fields(string(children)) {
		title, _ := os.ReadFile("/proc/" + f + "/cmdline")
		if pid, err := strconv.Atoi(f); err == nil && strings.Contains(string(title), " "+database+" ") {
			out = append(out, pid)
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
