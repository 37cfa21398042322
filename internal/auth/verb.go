package auth

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// Tool is what the `user` verb works with.
type Tool struct {
	Service Service
	In      io.Reader // a password is read from here, one line, so that it stands in no shell history
	Out     io.Writer
}

const usage = `usage: seatledger user list
       seatledger user add --email ada@reseller.example --name "Ada Example" --role ROLE [--generate]
       seatledger user role --email ... --role ...
       seatledger user password --email ... [--generate]
       seatledger user disable --email ...
       seatledger user enable --email ...
       seatledger user clear-factors --email ...   takes app, passkeys and recovery codes off somebody who lost them
       seatledger user vouch --email ...   says that the account is a person of its own, whoever made it (four eyes)
       seatledger user break-glass
break-glass lets administrators sign in with their password for an hour, whatever an identity provider does.
A password is read from standard input, or made and printed with --generate; a made one opens only the page on which
its person chooses another.`

type userFlags struct {
	email, name, role string
	generate          bool
}

// RunUser is the `user` verb: the way in when nobody can sign in any more.
func RunUser(ctx context.Context, args []string, t Tool) error {
	if len(args) == 0 {
		return errors.New(usage)
	}
	f, err := parseFlags(args[1:])
	if err != nil {
		return fmt.Errorf("%w\n%s", err, usage)
	}
	switch args[0] {
	case "list":
		return t.list(ctx)
	case "break-glass":
		until, err := t.Service.BreakGlass(ctx, commandLine())
		if err != nil {
			return err
		}
		return t.say("Administrators may sign in with their password until %s.", until.UTC().Format(time.RFC3339))
	case "add":
		return t.add(ctx, f)
	case "role", "password", "disable", "enable", "clear-factors", "vouch":
		return t.alter(ctx, args[0], f)
	}
	return errors.New(usage)
}

func parseFlags(args []string) (userFlags, error) {
	var f userFlags
	set := flag.NewFlagSet("user", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.StringVar(&f.email, "email", "", "")
	set.StringVar(&f.name, "name", "", "")
	set.StringVar(&f.role, "role", "", "")
	set.BoolVar(&f.generate, "generate", false, "")
	err := set.Parse(args)
	if err == nil && set.NArg() > 0 {
		err = fmt.Errorf("what is %q?", set.Arg(0))
	}
	return f, err
}

func commandLine() audit.Actor { return audit.Actor{Name: "Command line"} }

func (t Tool) list(ctx context.Context) error {
	users, err := List(ctx, t.Service.DB.Read(ctx))
	if err != nil {
		return err
	}
	for _, u := range users {
		state := "active"
		if !u.Active {
			state = "disabled"
		}
		if err := t.say("%-40s %-10s %-8s %s", u.Email, u.Role, state, u.Name); err != nil {
			return err
		}
	}
	return nil
}

func (t Tool) add(ctx context.Context, f userFlags) error {
	password, err := t.password(f)
	if err != nil {
		return err
	}
	n := NewUser{Name: f.name, Email: f.email, Role: Role(f.role), Password: password}
	any, err := AnyUser(ctx, t.Service.DB.Read(ctx))
	if err != nil {
		return err
	}
	if any {
		_, err = t.Service.Create(ctx, commandLine(), n)
	} else if n.Role != Admin {
		return errors.New("the first user must be an admin: add --role admin")
	} else {
		_, err = t.Service.FirstAdmin(ctx, n)
	}
	if err != nil {
		return inFull(err)
	}
	if err := t.once(ctx, f); err != nil {
		return err
	}
	return t.done(f, password, "Added")
}

func (t Tool) alter(ctx context.Context, verb string, f userFlags) error {
	u, err := ByEmail(ctx, t.Service.DB.Read(ctx), f.email)
	if err != nil {
		return err
	}
	var password string
	switch verb {
	case "role":
		err = t.Service.Edit(ctx, commandLine(), u.ID,
			Edit{Name: u.Name, Email: u.Email, Role: Role(f.role), Version: u.Version})
	case "disable":
		err = t.Service.Disable(ctx, commandLine(), u.ID)
	case "enable":
		err = t.Service.Enable(ctx, commandLine(), u.ID)
	case "clear-factors":
		err = t.Service.ClearFactors(ctx, commandLine(), u.ID)
	case "vouch":
		err = t.Service.Vouch(ctx, commandLine(), u.ID)
	case "password":
		if password, err = t.password(f); err == nil {
			err = t.Service.ResetPassword(ctx, commandLine(), u.ID, password)
		}
	}
	if err != nil {
		return inFull(err)
	}
	if verb == "password" {
		if err := t.once(ctx, f); err != nil {
			return err
		}
	}
	return t.done(f, password, "Changed")
}

// once has a password that was made changed by its person before anything else.
func (t Tool) once(ctx context.Context, f userFlags) error {
	if !f.generate {
		return nil
	}
	return t.Service.DB.Read(ctx).Exec(`UPDATE users SET password_once = true WHERE email = ?`,
		cleanEmail(f.email)).Error
}

func (t Tool) password(f userFlags) (string, error) {
	if f.generate {
		return rand.Text(), nil
	}
	line, err := bufio.NewReader(t.In).ReadString('\n')
	if err != nil && line == "" {
		return "", errors.New("no password on standard input; pipe one in, or use --generate")
	}
	return strings.TrimRight(line, "\r\n"), nil
}

func (t Tool) done(f userFlags, password, what string) error {
	if f.generate && password != "" {
		return t.say("%s %s. Password: %s", what, f.email, password)
	}
	return t.say("%s %s.", what, f.email)
}

func (t Tool) say(format string, args ...any) error {
	_, err := fmt.Fprintf(t.Out, format+"\n", args...)
	return err
}

// inFull writes the field messages of a refused form out, for a terminal.
func inFull(err error) error {
	fields := errs.FieldsOf(err)
	if len(fields) == 0 {
		return err
	}
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		lines = append(lines, name+": "+fields[name])
	}
	return errors.New(strings.Join(lines, "\n"))
}
