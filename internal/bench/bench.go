package main

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// bench is one run over all sizes.
type bench struct {
	options
	out     io.Writer
	cluster cluster
	load    string // of the machine before anything was measured
	found   []finding
	files   []fileFinding
	djangos []djangoFinding
}

func (b *bench) run(ctx context.Context) (err error) {
	if b.cluster, err = startCluster(ctx, b.dir); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.cluster.Stop(context.WithoutCancel(ctx))) }()
	b.load = loadOf()
	for _, n := range b.rows {
		name, err := b.filled(ctx, n)
		if err != nil {
			return err
		}
		if b.keep {
			continue
		}
		if err := b.size(ctx, n, name); err != nil {
			return fmt.Errorf("at %d rows: %w", n, err)
		}
	}
	if b.report == "" || b.keep {
		return nil
	}
	return b.write()
}
