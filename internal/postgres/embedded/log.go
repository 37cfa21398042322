//go:build linux

package embedded

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
)

const readyLine = "database system is ready to accept connections"

// serverLog passes the server's output on to slog, line by line. It also
// notes when the server is ready and what it last complained about.
type serverLog struct {
	log   *slog.Logger
	ready chan struct{}

	mu      sync.Mutex
	once    sync.Once
	rest    []byte // a line not yet ended
	level   slog.Level
	trouble string
}

func newServerLog(log *slog.Logger) *serverLog {
	return &serverLog{log: log, ready: make(chan struct{})}
}

// Write takes the server's standard error.
func (l *serverLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = append(l.rest, p...)
	for {
		line, rest, found := bytes.Cut(l.rest, []byte("\n"))
		if !found {
			return len(p), nil
		}
		l.rest = rest
		l.line(strings.TrimRight(string(line), "\r"))
	}
}

func (l *serverLog) line(line string) {
	severity, text, ok := strings.Cut(line, ":  ")
	if level, known := levelOf(severity, text); ok && known {
		l.level = level
	} else {
		text = strings.TrimSpace(line) // goes on from the line before, at its level
	}
	if text == "" {
		return
	}
	if harms(text) {
		severity, text = "HINT", "Nothing was changed. Restore the folder from a backup, or set SEATLEDGER_DATA_DIR to "+
			"another one; never run a repair tool on the only copy."
	}
	if severity == "FATAL" || severity == "PANIC" || severity == "HINT" && l.trouble != "" {
		l.trouble = strings.TrimSpace(l.trouble + " " + text)
	}
	if text == readyLine {
		l.once.Do(func() { close(l.ready) })
	}
	l.pass(text)
}

// harms tells whether PostgreSQL advises what would destroy the data of somebody who follows it.
func harms(text string) bool {
	for _, word := range []string{"initdb", "pg_resetwal", "remove the file", "rm -rf", "zero_damaged_pages"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

func (l *serverLog) pass(text string) {
	say := l.log.Debug
	switch l.level {
	case slog.LevelWarn:
		say = l.log.Warn
	case slog.LevelError:
		say = l.log.Error
	}
	say(text, "from", "postgres")
}

// lastTrouble is what the server said before it gave up.
func (l *serverLog) lastTrouble() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.trouble
}

// levelOf maps a severity of PostgreSQL. An ERROR is a statement's, and its
// session hears of it; FATAL ends a session, which at start and stop is usual.
func levelOf(severity, text string) (slog.Level, bool) {
	switch severity {
	case "LOG", "INFO", "NOTICE":
		return slog.LevelDebug, true
	case "WARNING", "ERROR":
		return slog.LevelWarn, true
	case "FATAL":
		if strings.HasPrefix(text, "the database system is ") ||
			strings.HasPrefix(text, "terminating connection due to administrator") {
			return slog.LevelDebug, true
		}
		return slog.LevelError, true
	case "PANIC":
		return slog.LevelError, true
	}
	if strings.HasPrefix(severity, "DEBUG") {
		return slog.LevelDebug, true
	}
	return 0, false
}
