package provider

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/distributor/capture"
)

var errCaptureUsage = errors.New("usage: seatledger capture --provider NAME --out FILE [--accounts 5] [--yes]\n" +
	"Without --yes it writes nothing and prints every word that the file would keep")

const verbLimit = 5 * time.Minute

// RunCapture is the verb `capture`.
func (s *Service) RunCapture(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("capture", flag.ContinueOnError)
	flags.SetOutput(out)
	name := flags.String("provider", "", "name or id of the provider")
	file := flags.String("out", "", "file to write; it must not exist yet")
	accounts := flags.Int("accounts", CaptureAccounts, "how many customers to read")
	yes := flags.Bool("yes", false, "write the file")
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil || *name == "" || flags.NArg() > 0 || *yes && *file == "" {
		return errors.Join(err, errCaptureUsage)
	}
	if _, err := os.Stat(*file); *yes && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is there already; nothing was read and nothing written", *file)
	}
	p, err := byName(s.DB.Read(ctx), *name)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, verbLimit)
	defer cancel()
	f, err := s.Capture(ctx, p, *accounts)
	if err != nil {
		return err
	}
	if err := printPreview(out, f.Preview); err != nil {
		return err
	}
	if !*yes {
		_, err := fmt.Fprintln(out, "\nNothing was written. Repeat with --yes --out FILE to write it.")
		return err
	}
	return s.writeCapture(ctx, p, f, *file, out)
}

func (s *Service) writeCapture(ctx context.Context, p Provider, f capture.File, path string, out io.Writer) error {
	const ownerOnly = 0o600
	to, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, ownerOnly)
	if err != nil {
		return err
	}
	if _, err := to.Write(f.Content); err != nil {
		return errors.Join(err, to.Close())
	}
	if err := to.Close(); err != nil {
		return err
	}
	err = s.DB.InTx(ctx, func(tx *gorm.DB) error {
		return s.captureTrail(ctx, tx, audit.Actor{Name: "Command line"},
			captureStep{"provider.captured", p, f.Preview})
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "\nWrote %s. Look into it before you pass it on.\n", path)
	return err
}

// byName finds a provider by its name, in any case, or by its id.
func byName(db *gorm.DB, name string) (Provider, error) {
	var found []Provider
	err := db.Raw(`SELECT * FROM providers WHERE lower(name) = lower(?) OR id::text = lower(?)`, name, name).
		Scan(&found).Error
	if err == nil && len(found) == 0 {
		return Provider{}, fmt.Errorf("there is no provider named %s", name)
	}
	if err != nil {
		return Provider{}, err
	}
	return found[0], nil
}

func printPreview(out io.Writer, p capture.Preview) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d customers, %d calls (%d failed), %d bytes. Kept as they are:\n", p.Accounts, p.Calls, p.Failed,
		p.Bytes)
	field := ""
	for _, k := range p.Kept {
		if k.Field != field {
			field = k.Field
			fmt.Fprintf(&b, "\n  %-24s", field)
		}
		fmt.Fprintf(&b, " %s", k.Word)
	}
	fmt.Fprintf(&b, "\n\n  names of fields          %s\n", strings.Join(p.Keys, " "))
	if p.KeysGone > 0 {
		fmt.Fprintf(&b, "  names of fields replaced %d\n", p.KeysGone)
	}
	lost := make([]string, 0, len(p.WordsGone))
	for f, n := range p.WordsGone {
		lost = append(lost, fmt.Sprintf("%s %d", f, n))
	}
	slices.Sort(lost)
	if len(lost) > 0 {
		fmt.Fprintf(&b, "  words replaced that nobody here knows: %s\n", strings.Join(lost, ", "))
	}
	b.WriteString("\nEverything else is replaced: names, ids, mails, numbers, addresses, texts; dates are " +
		"shifted and prices scaled.\n")
	_, err := io.WriteString(out, b.String())
	return err
}
