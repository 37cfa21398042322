// Command idp is an OpenID provider for tests: zitadel/oidc with its example's store, on this machine alone, with the
// groups of each user in the claims. It makes a new signing key each time it starts.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
)

// store adds groups to what the example tells of a user.
type store struct {
	*storage.Storage
	groups []any
}

func (s store) SetUserinfoFromToken(ctx context.Context, u *oidc.UserInfo, token, subject, origin string) error {
	if err := s.Storage.SetUserinfoFromToken(ctx, u, token, subject, origin); err != nil {
		return err
	}
	u.AppendClaims("groups", s.groups)
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run serves on IDP_ADDR for the application "web" with the secret "secret", which comes back to IDP_BACK.
func run() error {
	addr, back, users := os.Getenv("IDP_ADDR"), os.Getenv("IDP_BACK"), os.Getenv("IDP_USERS")
	storage.RegisterClients(storage.WebClient("web", "secret", back))
	people, err := storage.StoreFromFile(users)
	if err != nil {
		return err
	}
	var groups []any
	for g := range strings.SplitSeq(os.Getenv("IDP_GROUPS"), ",") {
		groups = append(groups, g)
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", addr)
	if err != nil {
		return err
	}
	issuer := "http://" + listener.Addr().String()
	fmt.Println(issuer)
	router := exampleop.SetupServer(issuer, store{storage.NewStorage(people), groups}, slog.New(slog.DiscardHandler),
		false)
	server := &http.Server{Handler: router, ReadHeaderTimeout: 10 * time.Second}
	return server.Serve(listener)
}
