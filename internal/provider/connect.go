package provider

import (
	"context"
	"fmt"
	"time"

	"seatledger/internal/clock"
	"seatledger/internal/dialect"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/capture"
	"seatledger/internal/postgres"
	"seatledger/internal/secret"
)

// Service is what the room needs beyond a transaction.
type Service struct {
	DB     *postgres.DB
	Clock  clock.Clock
	Sealer *secret.Sealer
	Open   distributor.Open
	// Record opens connectors whose calls a recorder is told of.
	Record func(*capture.Recorder) distributor.Open
	// CheckURL says whether an address may be called at all, in words for a form's field.
	CheckURL func(raw string) error
}

// Connect opens the connector of a provider with its secrets, in the dialect in force.
func (s *Service) Connect(ctx context.Context, p Provider) (distributor.Connector, error) {
	d, _, err := dialect.StoredDialect(ctx, s.DB.Read(ctx), p.ID)
	if err != nil {
		return nil, err
	}
	return s.connect(ctx, p, d, "")
}

// ConnectIn opens a connector that reads in another dialect, beside the one that runs use.
func (s *Service) ConnectIn(ctx context.Context, p Provider, d distributor.Dialect) (distributor.Connector, error) {
	return s.connect(ctx, p, d, " trial")
}

func (s *Service) connect(ctx context.Context, p Provider, d distributor.Dialect,
	mark string) (distributor.Connector, error) {
	c, err := s.credentials(ctx, p, d)
	if err != nil {
		return nil, err
	}
	c.Key += mark
	return s.Open(ctx, c)
}

// credentials are all that a connector of p may know, to read in a dialect.
func (s *Service) credentials(ctx context.Context, p Provider,
	d distributor.Dialect) (distributor.Credentials, error) {
	secrets, err := s.openSecrets(ctx, s.DB.Read(ctx), p)
	if err != nil {
		return distributor.Credentials{}, err
	}
	return distributor.Credentials{
		Connector: p.Connector, BaseURL: p.URL, TokenURL: p.TokenAddress(), Grant: p.GrantType,
		ApplicationID: p.ApplicationID, ApplicationSecret: secrets[ApplicationSecret],
		UserName: p.UserName, Password: secrets[Password], ResellerNumber: p.ResellerNumber,
		PageSize: p.PageSize, Concurrency: p.Concurrency, Dialect: d, CallsPerMinute: d.PerMinute,
		Line: lineOf(p),
		Key:  fmt.Sprintf("%s %s", p.ID, p.CredentialsAt.UTC().Format(time.RFC3339Nano)),
	}, nil
}
