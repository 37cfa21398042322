//go:build linux

package embedded

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// createDatabase makes the roles and the database of a new cluster. The app's
// role gets no right to create anything; what it may do to each table is said
// by the migrations, which the owner runs.
func (s *Server) createDatabase(ctx context.Context) error {
	err := s.execute(ctx, "postgres",
		s.createRole(OwnerRole), s.createRole(AppRole),
		"create database "+Database+" owner "+OwnerRole,
		"revoke all on database "+Database+", postgres, template1 from public",
		"grant connect on database "+Database+" to "+AppRole,
	)
	if err != nil {
		return err
	}
	return s.execute(ctx, Database,
		"alter schema public owner to "+OwnerRole,
		"revoke all on schema public from public",
		"grant usage on schema public to "+AppRole,
	)
}

// createRole quotes the password by hand, as DDL takes no parameters; passwords.go makes letters and digits only.
func (s *Server) createRole(role string) string {
	return fmt.Sprintf("create role %s login password '%s'", role, s.passwords[role])
}

func (s *Server) execute(ctx context.Context, database string, statements ...string) error {
	config, err := s.PoolConfig(Superuser, database)
	if err != nil {
		return err
	}
	conn, err := pgx.ConnectConfig(ctx, config.ConnConfig)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, sql := range statements {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("set up database %s: %w", database, err)
		}
	}
	return nil
}
