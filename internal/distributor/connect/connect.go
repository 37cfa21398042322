// Package connect picks the connector for a provider's credentials, and keeps it,
// so that every run and every check of the same credentials shares one token, one
// limit on calls and one silence that the distributor asked for.
package connect

import (
	"context"
	"log/slog"
	"reflect"
	"sync"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/calls"
	"seatledger/internal/distributor/manual"
	"seatledger/internal/distributor/outbound"
	"seatledger/internal/distributor/stellr"
	"seatledger/internal/distributor/stellrlegacy"
)

// Opener gives the distributor.Open of a program that stands alone. Credentials without a Key
// get a connector of their own, for a check before they are stored.
func Opener(hc *outbound.Client, clk clock.Clock, log *slog.Logger) distributor.Open {
	return OpenerOf(hc, calls.Options{Clock: clk}, log)
}

// OpenerOf is Opener with what the calls of all connectors share: the store by which
// replicas know of each other's pauses, the clock, the zone of sentences.
func OpenerOf(hc *outbound.Client, o calls.Options, log *slog.Logger) distributor.Open {
	k := &keeper{kept: map[string]*held{}}
	return func(_ context.Context, c distributor.Credentials) (distributor.Connector, error) {
		return k.open(c, func() (distributor.Connector, error) { return pick(c, hc, o, log) })
	}
}

func pick(c distributor.Credentials, hc *outbound.Client, o calls.Options,
	log *slog.Logger) (distributor.Connector, error) {
	log = log.With("connector", c.Connector)
	switch c.Connector {
	case distributor.Stellr:
		return stellr.New(c, hc, o, log), nil
	case distributor.StellrLegacy:
		return stellrlegacy.New(c, hc, o, log), nil
	case distributor.Manual:
		return manual.Connector{}, nil
	}
	return nil, unknown(c.Connector)
}

func unknown(connector string) error {
	return &distributor.Error{Kind: distributor.Unsupported, Op: "open",
		Message: "There is no connector named " + connector + ".", Advice: "Choose one of those the form offers."}
}

// maxKept bounds the connectors kept: one for each provider, and a few whose
// credentials have changed since.
const maxKept = 64

type keeper struct {
	mu   sync.Mutex
	kept map[string]*held
	tick int64
}

type held struct {
	credentials distributor.Credentials
	connector   distributor.Connector
	used        int64
}

func (k *keeper) open(c distributor.Credentials,
	build func() (distributor.Connector, error)) (distributor.Connector, error) {
	if c.Key == "" {
		return build()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tick++
	if h := k.kept[c.Key]; h != nil && reflect.DeepEqual(h.credentials, c) {
		h.used = k.tick
		return h.connector, nil
	}
	built, err := build()
	if err != nil {
		return nil, err
	}
	k.kept[c.Key] = &held{credentials: c, connector: built, used: k.tick}
	if len(k.kept) > maxKept {
		k.dropOldest()
	}
	return built, nil
}

func (k *keeper) dropOldest() {
	oldest := ""
	for key, h := range k.kept {
		if oldest == "" || h.used < k.kept[oldest].used {
			oldest = key
		}
	}
	delete(k.kept, oldest)
}
