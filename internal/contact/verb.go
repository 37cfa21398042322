package contact

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"seatledger/internal/audit"
)

// Tool is what the `contact` verb works with. Open gives the service; what it returns second is called at the end.
type Tool struct {
	Out  io.Writer
	Open func(ctx context.Context) (Service, func(), error)
}

const usage = `usage: seatledger contact export --email pat@customer.example [--also WORDS]... --out FILE
       seatledger contact strike --email pat@customer.example [--also WORDS]...
--also: further words that name the person, as "Pat Example" or a telephone number. Both work as the database's owner`

// Run is the `contact` verb.
func Run(ctx context.Context, args []string, t Tool) error {
	if len(args) == 0 {
		return errors.New(usage)
	}
	var p Person
	out := ""
	set := flag.NewFlagSet("contact", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.StringVar(&p.Email, "email", "", "")
	set.Func("also", "", func(s string) error {
		p.Also = append(p.Also, s)
		return nil
	})
	set.StringVar(&out, "out", "", "")
	if err := set.Parse(args[1:]); err != nil || set.NArg() > 0 {
		return errors.New(usage)
	}
	do := map[string]func(context.Context, Service, Person, string) error{"export": t.export,
		"strike": t.strike}[args[0]]
	if do == nil || (out != "") != (args[0] == "export") {
		return errors.New(usage)
	}
	s, done, err := t.Open(ctx)
	if err != nil {
		return err
	}
	defer done()
	return do(ctx, s, p, out)
}

func commandLine() audit.Actor { return audit.Actor{Name: "Command line"} }

func (t Tool) export(ctx context.Context, s Service, p Person, path string) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			_ = os.Remove(path)
		}
	}()
	found, err := s.Find(ctx, commandLine(), p)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(f)
	enc.SetIndent("", "  ")
	if err := enc.Encode(found); err != nil {
		return err
	}
	return t.say("%d places name the person; they are in %s. Files that were uploaded are not looked into: they are "+
		"deleted by themselves.", len(found), path)
}

func (t Tool) strike(ctx context.Context, s Service, p Person, _ string) error {
	d, err := s.StrikeOut(ctx, commandLine(), p)
	if err != nil {
		return err
	}
	for _, table := range slices.Sorted(maps.Keys(d.Struck)) {
		if err := t.say("struck out in %s: %d", words(table), d.Struck[table]); err != nil {
			return err
		}
	}
	for _, table := range slices.Sorted(maps.Keys(d.Kept)) {
		if err := t.say("kept in %s: %d (%s)", words(table), d.Kept[table], stays[table]); err != nil {
			return err
		}
	}
	return t.say("Done. The trail keeps that it was done, not the address. What a distributor or a CRM sends again comes " +
		"back: have it removed there too.")
}

func words(table string) string { return strings.ReplaceAll(table, "_", " ") }

func (t Tool) say(format string, args ...any) error {
	_, err := fmt.Fprintf(t.Out, format+"\n", args...)
	return err
}
