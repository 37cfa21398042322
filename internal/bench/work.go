package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// worked is the processor time that a server and its database sessions have taken so far. Pages that are
// compared by it are compared truly also while the machine does other things.
func (b *bench) worked(c *child, database string) time.Duration {
	sum := taken(c.cmd.Process.Pid)
	for _, pid := range b.sessions(database) {
		sum += taken(pid)
	}
	return sum
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
