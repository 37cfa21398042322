package pgtest

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"seatledger/internal/postgres"
	"seatledger/internal/postgres/embedded"
)

// templateName names the migrated database that tests clone; other migrations, another template.
func templateName() string { return "seatledger_template_" + postgres.MigrationsHash() }

// ensureTemplate makes the template on a server that lacks it. A database of
// that name which is not marked as a template is a build that was cut short.
func ensureTemplate(ctx context.Context, superuser string) error {
	conn, err := pgx.Connect(ctx, superuser)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	// Released with the connection. Test binaries that start together wait for the first.
	if _, err := conn.Exec(ctx, "select pg_advisory_lock(hashtext($1))", templateName()); err != nil {
		return err
	}
	var ready bool
	err = conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1 and datistemplate)",
		templateName()).Scan(&ready)
	if err != nil || ready {
		return err
	}
	if err := createTemplate(ctx, conn); err != nil {
		return err
	}
	if err := migrate(ctx, roleURL(superuser, templateName(), embedded.OwnerRole)); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "alter database "+templateName()+" is_template true")
	return err
}

func createTemplate(ctx context.Context, conn *pgx.Conn) error {
	for _, role := range []string{embedded.OwnerRole, embedded.AppRole} {
		if err := ensureRole(ctx, conn, role); err != nil {
			return err
		}
	}
	for _, sql := range []string{
		"drop database if exists " + templateName(),
		"create database " + templateName() + " owner " + embedded.OwnerRole + " template template0",
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	config := conn.Config().Copy()
	config.Database = templateName()
	inside, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	_, err = inside.Exec(ctx, fmt.Sprintf(
		"alter schema public owner to %s; revoke all on schema public from public; grant usage on schema public to %s",
		embedded.OwnerRole, embedded.AppRole))
	return errors.Join(err, inside.Close(ctx))
}

func ensureRole(ctx context.Context, conn *pgx.Conn, role string) error {
	var there bool
	err := conn.QueryRow(ctx, "select exists (select from pg_roles where rolname = $1)", role).Scan(&there)
	if err != nil || there {
		return err
	}
	_, err = conn.Exec(ctx, "create role "+role)
	return err
}

func migrate(ctx context.Context, owner string) error {
	config, err := pgxpool.ParseConfig(owner)
	if err != nil {
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	defer pool.Close()
	return postgres.Migrate(ctx, pool)
}
