//go:build linux

package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// initdb fills the empty folder of c with a cluster. Sorting is by byte, the
// same on every system; letters beyond ASCII are known where the system can,
// and only old ones have no C.UTF-8.
func (o Options) initdb(ctx context.Context, c cluster) error {
	output, err := o.runInitdb(ctx, c, "C.UTF-8")
	if err != nil && strings.Contains(output, "invalid locale name") {
		output, err = o.runInitdb(ctx, c, "C")
	}
	if err != nil {
		return fmt.Errorf("initdb: %w: %s", err, strings.TrimSpace(output))
	}
	return nil
}

func (o Options) runInitdb(ctx context.Context, c cluster, ctype string) (string, error) {
	password, err := passwordPipe(c.as, c.passwords[Superuser])
	if err != nil {
		return "", err
	}
	defer password.Close()
	args := []string{"-D", childDir, "--username=" + Superuser, "--pwfile=/proc/self/fd/4", "--auth=scram-sha-256",
		"--encoding=UTF8", "--locale=C", "--lc-ctype=" + ctype, "--data-checksums", "--no-instructions"}
	if o.NoSync {
		args = append(args, "--no-sync")
	}
	cmd := command(c.as, c.dir, c.bin.initdb(), args...)
	cmd.ExtraFiles = append(cmd.ExtraFiles, password)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	p, err := start(cmd)
	if err != nil {
		return "", err
	}
	select {
	case <-p.exited:
		return output.String(), p.err
	case <-ctx.Done():
		err := p.signal(os.Interrupt)
		<-p.exited
		return "", errors.Join(ctx.Err(), err)
	}
}

// passwordPipe holds the password ready to be read once, by the account only;
// it never lies in a file that the account can reach.
func passwordPipe(as account, password string) (*os.File, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	_, writeErr := io.WriteString(w, password+"\n") // far below what a pipe holds
	if err := errors.Join(writeErr, w.Close(), r.Chown(as.uid, as.gid)); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}
