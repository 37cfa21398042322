package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"seatledger/internal/bench/fill"
	"seatledger/internal/postgres"
	"seatledger/internal/postgres/embedded"
)

// cluster is the server that all sizes live in: the private one, with the settings that the product gives it.
type cluster struct {
	*embedded.Server
}

func startCluster(ctx context.Context, dir string) (cluster, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return cluster{}, err
	}
	s, err := embedded.Start(ctx, embedded.Options{Dir: filepath.Join(dir, "postgres"),
		BinDir: os.Getenv("SEATLEDGER_POSTGRES_BIN"), NoSync: true})
	return cluster{s}, err
}

func (c cluster) connect(ctx context.Context, role, database string) (*pgx.Conn, error) {
	cfg, err := c.PoolConfig(role, database)
	if err != nil {
		return nil, err
	}
	return pgx.ConnectConfig(ctx, cfg.ConnConfig)
}

// filled gives the name of the database with n rows, which it makes where there is none. One of an older
// schema is brought to this one, as an installation is.
func (b *bench) filled(ctx context.Context, n int) (string, error) {
	name := fmt.Sprintf("bench_%d", n)
	super, err := b.cluster.connect(ctx, embedded.Superuser, "postgres")
	if err != nil {
		return "", err
	}
	defer super.Close(ctx)
	var said string
	err = super.QueryRow(ctx, `SELECT coalesce(max(shobj_description(oid, 'pg_database')), '') FROM pg_database
		WHERE datname = $1`, name).Scan(&said)
	now := "filled " + postgres.MigrationsHash()
	if err != nil || said == now {
		return name, err
	}
	// One that was filled between migrations of lower numbers cannot be brought on; it is made anew.
	if said == "" || b.make(ctx, name, n, false) != nil {
		fmt.Fprintf(b.out, "filling a database with %d rows\n", n)
		if err := create(ctx, super, name); err != nil {
			return "", err
		}
		if err := b.make(ctx, name, n, true); err != nil {
			return "", err
		}
	}
	_, err = super.Exec(ctx, "COMMENT ON DATABASE "+name+" IS '"+now+"'")
	return name, err
}

func create(ctx context.Context, super *pgx.Conn, name string) error {
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + name,
		"CREATE DATABASE " + name + " TEMPLATE template0 OWNER " + embedded.OwnerRole} {
		if _, err := super.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// make migrates a database, and fills it where it is new.
func (b *bench) make(ctx context.Context, name string, n int, isNew bool) error {
	super, err := b.cluster.connect(ctx, embedded.Superuser, name)
	if err != nil {
		return err
	}
	defer super.Close(ctx)
	if isNew {
		if _, err := super.Exec(ctx, fmt.Sprintf("ALTER SCHEMA public OWNER TO %s; "+
			"REVOKE ALL ON SCHEMA public FROM public; GRANT USAGE ON SCHEMA public TO %s",
			embedded.OwnerRole, embedded.AppRole)); err != nil {
			return err
		}
	}
	cfg, err := b.cluster.PoolConfig(embedded.OwnerRole, name)
	if err != nil {
		return err
	}
	owner, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return err
	}
	defer owner.Close()
	if err := postgres.Migrate(ctx, owner); err != nil {
		return err
	}
	if !isNew {
		_, err = super.Exec(ctx, "VACUUM ANALYZE")
		return err
	}
	conn, err := owner.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	return fill.Fill(ctx, conn.Conn(), super, n, b.out)
}
