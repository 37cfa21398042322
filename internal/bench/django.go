package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"seatledger/internal/postgres/embedded"
)

// djangoFiles is a small project on the same tables (djangoadmin/serve.py).
//
//go:embed djangoadmin
var djangoFiles embed.FS

const (
	djangoPath  = "/admin/reseller/subscription/"
	djangoConns = 4 // and as many processes
	// timesDjango is how many times as fast the product's list is to be.
	timesDjango = 20
)

// django measures the product's list of subscriptions beside that of Django's admin.
func (p *pair) django(ctx context.Context, database string) (err error) {
	python, err := pythonWithDjango(ctx)
	if err != nil {
		fmt.Fprintln(p.b.out, "  Django is not measured:", err)
		return nil
	}
	folder := filepath.Join(p.b.dir, "djangoadmin")
	if err := unpack(folder); err != nil {
		return err
	}
	u, err := url.Parse(p.b.cluster.URL(embedded.OwnerRole, database))
	if err != nil {
		return err
	}
	secret, _ := u.User.Password()
	cmd := exec.Command(python, filepath.Join(folder, "serve.py")) //nolint:noctx // it is ended by stop
	cmd.Env = append(os.Environ(), "BENCH_DATABASE="+database, "BENCH_USER="+u.User.Username(),
		"BENCH_PASSWORD="+secret,
		"BENCH_HOST="+u.Query().Get("host"), "BENCH_PORT="+u.Query().Get("port"),
		fmt.Sprintf("BENCH_PROCESSES=%d", djangoConns), "PYTHONDONTWRITEBYTECODE=1")
	c, err := p.b.startCommand(cmd, "django")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.stopGroup()) }()
	other := target{host: c.host, cookie: c.cookie}
	var times, rates []float64
	for range p.b.rounds {
		theirs, err := other.pages(ctx, djangoPath, djangoConns, 4*p.b.slice)
		if err != nil {
			return err
		}
		ours, err := p.product.pages(ctx, "/subscriptions", djangoConns, p.b.slice)
		if err != nil {
			return err
		}
		times, rates = append(times, ours.perSecond/theirs.perSecond), append(rates, theirs.perSecond)
	}
	f := djangoFinding{rows: p.rows, times: median(times), rate: median(rates)}
	p.b.djangos = append(p.b.djangos, f)
	fmt.Fprintf(p.b.out, "  %5.1f times Django's admin (%.2f pages a second)\n", f.times, f.rate)
	return nil
}

type djangoFinding struct {
	rows        int
	times, rate float64
}

// pythonWithDjango finds an interpreter that has Django and the driver: Debian's, unless another comes first.
func pythonWithDjango(ctx context.Context) (string, error) {
	for _, python := range []string{"/usr/bin/python3", "python3"} {
		if exec.CommandContext(ctx, python, "-c", "import django, psycopg2").Run() == nil {
			return python, nil
		}
	}
	return "", errors.New("no python3 with django and psycopg2; apt-get install python3-django python3-psycopg2")
}

func unpack(folder string) error {
	return fs.WalkDir(djangoFiles, "djangoadmin", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(folder, strings.TrimPrefix(path, "djangoadmin"))
		if d.IsDir() {
			return os.MkdirAll(to, 0o700)
		}
		b, err := djangoFiles.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(to, b, 0o600)
	})
}
