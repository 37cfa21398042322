// Package doctor looks at an installation and says in plain words what is wrong with it and what to do, and what to
// send to support. It knows the settings, the machine, the database by what it counts there, and the pages by their
// address; it changes nothing, opens no secret for show, and repeats no record, so that what it prints may be sent on.
package doctor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"seatledger/internal/clock"
	"seatledger/internal/config"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// ErrNone says that there is no database yet.
var ErrNone = errors.New("there is no database yet")

// Tool is what the `doctor` verb works with.
type Tool struct {
	Out     io.Writer
	Getenv  func(string) string
	Program string // the version
	Built   time.Time
	// Clock is what the app of these settings goes by.
	Clock func(config.Config) (clock.Clock, error)
	// Open gives a way to the database as it stands: nothing is migrated and nothing made. What it returns second is
	// called at the end.
	Open func(ctx context.Context, cfg config.Config) (*postgres.DB, func(), error)
	// Seen is called once the database could be read, to leave a row in the trail.
	Seen func(ctx context.Context, cfg config.Config, db *postgres.DB) error
}

// Weight is how much a finding matters.
type Weight int

// The weights. Only what is Wrong makes the verb fail.
const (
	Good Weight = iota
	Look
	Wrong
)

func (w Weight) word() string { return [...]string{"ok", "look", "WRONG"}[w] }

// Finding is one thing that was looked at.
type Finding struct {
	About  string
	Weight Weight
	Says   string
	Do     string // what to do, where something is to be done
}

// patient is an installation that is being looked at.
type patient struct {
	Tool
	cfg      config.Config
	db       *postgres.DB
	now      time.Time // by the app's clock
	findings []Finding
	facts    []string
	done     func()
	refused  []string // values of settings that are none
}

const usage = `usage: seatledger doctor
           says what is wrong with this installation and what to do, and what to send to support; changes nothing.
           Exit code 0: nothing is wrong; 1: something is`

// Run is the `doctor` verb. Its error says that something is wrong; what, was printed.
func Run(ctx context.Context, args []string, t Tool) error {
	if len(args) > 0 {
		return errors.New(usage)
	}
	p := &patient{Tool: t}
	p.look(ctx)
	text := p.report()
	if _, err := io.WriteString(t.Out, p.blot(text)); err != nil {
		return err
	}
	if n := p.count(Wrong); n > 0 {
		return fmt.Errorf("%s wrong with this installation", things(n))
	}
	return nil
}

func (p *patient) look(ctx context.Context) {
	if !p.settings() {
		return
	}
	p.machine()
	p.folders()
	if err := p.open(ctx); err == nil {
		defer p.done()
		p.database(ctx)
	}
	p.site(ctx)
}

// settings reads the environment; without it nothing else can be looked at.
func (p *patient) settings() bool {
	var err error
	p.cfg, err = config.Load(p.Getenv)
	for _, told := range config.Tell(p.Getenv) {
		p.fact("%s: %s", told.Variable, told.Says)
	}
	if err != nil {
		p.refused = config.Refused(p.Getenv, err)
		lines := strings.Split(err.Error(), "\n")
		for i, line := range lines {
			do := ""
			if i == len(lines)-1 {
				do = "Set this right and run it again; nothing else was looked at."
			}
			p.wrong("settings", do, "%s", line)
		}
		return false
	}
	p.good("settings", "Every variable can be read.")
	clk, err := p.Clock(p.cfg)
	if err != nil {
		p.wrong("clock", "", "%s", err)
		return false
	}
	p.now = clk.Now()
	return true
}

func (p *patient) open(ctx context.Context) error {
	db, done, err := p.Open(ctx, p.cfg)
	switch {
	case errors.Is(err, ErrNone):
		p.found(Look, "database", "Start the app: it makes one.", "There is none yet in the data folder.")
	case err != nil:
		p.wrong("database", "If its server runs, look at the address, the password and the way there.",
			"It cannot be opened: %s", said(err))
	default:
		p.db, p.done = db, done
	}
	return err
}

// said is an error for a person: the sentence, with its cause where a sentence has one.
func said(err error) string {
	var e *errs.Error
	if errors.As(err, &e) {
		if cause := errors.Unwrap(e); cause != nil {
			return fmt.Sprintf("%s (%s)", errs.Public(err), cause)
		}
		return errs.Public(err)
	}
	return err.Error()
}

func (p *patient) found(w Weight, about, do, format string, args ...any) {
	p.findings = append(p.findings, Finding{about, w, fmt.Sprintf(format, args...), do})
}

func (p *patient) good(about, format string, args ...any) { p.found(Good, about, "", format, args...) }

func (p *patient) wrong(about, do, format string, args ...any) {
	p.found(Wrong, about, do, format, args...)
}

func (p *patient) fact(format string, args ...any) {
	p.facts = append(p.facts, fmt.Sprintf(format, args...))
}

func (p *patient) count(w Weight) (n int) {
	for _, f := range p.findings {
		if f.Weight == w {
			n++
		}
	}
	return n
}

// report is everything, in the order in which it was looked at.
func (p *patient) report() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Seatledger %s, looked at on %s.\n\n", p.Program,
		clock.System{}.Now().Format("2006-01-02 15:04:05 MST"))
	for _, f := range p.findings {
		fmt.Fprintf(&b, "%-6s %-9s %s\n", f.Weight.word(), f.About, flat(f.Says))
		if f.Do != "" {
			fmt.Fprintf(&b, "%-16s Do: %s\n", "", f.Do)
		}
	}
	fmt.Fprintf(&b, "\n%s wrong, %s a look.\n", things(p.count(Wrong)), deserve(p.count(Look)))
	b.WriteString("\nFor support: send all of this, from the first line to the last. It holds no password, no key, " +
		"no customer and no person. Beside it, the log of the last hour tells most.\n\n")
	for _, f := range p.facts {
		b.WriteString("  " + flat(f) + "\n")
	}
	return b.String()
}

func things(n int) string {
	switch n {
	case 0:
		return "Nothing is"
	case 1:
		return "One thing is"
	}
	return fmt.Sprintf("%d things are", n)
}

func deserve(n int) string {
	if n == 1 {
		return "one deserves"
	}
	return fmt.Sprintf("%d deserve", n)
}

// flat keeps a line one line, whatever a server answered.
func flat(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// blot takes what is secret in the settings out of a text, should it have come in by an error of somebody else's.
func (p *patient) blot(text string) string {
	const dots = "•••"
	hide := func(s string) {
		if len(s) >= 4 {
			text = strings.ReplaceAll(text, s, dots)
			text = strings.ReplaceAll(text, url.QueryEscape(s), dots)
		}
	}
	for _, s := range append(p.cfg.Secrets(), p.refused...) {
		hide(s)
		if u, err := url.Parse(s); err == nil && u.User != nil {
			word, _ := u.User.Password()
			hide(word)
		}
	}
	_, rest, _ := strings.Cut(strings.TrimSpace(p.cfg.MasterKeyCommand), " ")
	hide(rest)
	return text
}
