package connect

import (
	"fmt"
	"log/slog"
	"testing"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/manual"
	"seatledger/internal/distributor/outbound"
	"seatledger/internal/distributor/stellr"
	"seatledger/internal/distributor/stellrlegacy"
)

func opener(t *testing.T) func(distributor.Credentials) distributor.Connector {
	t.Helper()
	hc, err := outbound.New(outbound.Options{})
	if err != nil {
		t.Fatal(err)
	}
	open := Opener(hc, clock.System{}, slog.New(slog.DiscardHandler))
	return func(c distributor.Credentials) distributor.Connector {
		conn, err := open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		return conn
	}
}

func TestEachNameOpensItsConnector(t *testing.T) {
	t.Parallel()
	open := opener(t)
	if _, ok := open(distributor.Credentials{Connector: distributor.Stellr}).(*stellr.Connector); !ok {
		t.Error("stellr")
	}
	if _, ok := open(distributor.Credentials{Connector: distributor.StellrLegacy}).(*stellrlegacy.Connector); !ok {
		t.Error("stellr-legacy")
	}
	if _, ok := open(distributor.Credentials{Connector: distributor.Manual}).(manual.Connector); !ok {
		t.Error("manual")
	}
	hc, err := outbound.New(outbound.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Opener(hc, clock.System{}, slog.New(slog.DiscardHandler))(t.Context(),
		distributor.Credentials{Connector: "ion"}); distributor.KindOf(err) != distributor.Unsupported {
		t.Error(err)
	}
}

func TestTheSameCredentialsShareOneConnectorAndChangedOnesDoNot(t *testing.T) {
	t.Parallel()
	open := opener(t)
	cred := distributor.Credentials{Connector: distributor.Stellr, Key: "provider 1", Password: "a"}
	first := open(cred)
	if open(cred) != first {
		t.Error("the same credentials got another connector")
	}
	cred.Password = "b"
	if open(cred) == first {
		t.Error("changed credentials got the old connector")
	}
	unsaved := distributor.Credentials{Connector: distributor.Stellr}
	if open(unsaved) == open(unsaved) {
		t.Error("credentials without a key share a connector")
	}
}

func TestTheConnectorsKeptAreBounded(t *testing.T) {
	t.Parallel()
	k := &keeper{kept: map[string]*held{}}
	build := func() (distributor.Connector, error) { return manual.Connector{}, nil }
	for i := range 3 * maxKept {
		if _, err := k.open(distributor.Credentials{Key: fmt.Sprint(i)}, build); err != nil {
			t.Fatal(err)
		}
		if _, err := k.open(distributor.Credentials{Key: "in use"}, build); err != nil {
			t.Fatal(err)
		}
	}
	if len(k.kept) != maxKept || k.kept["in use"] == nil {
		t.Errorf("%d kept", len(k.kept))
	}
}
