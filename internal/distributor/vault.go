package distributor

import (
	"context"
	"errors"
	"time"
)

// Vault keeps, for one provider, credentials that its server replaces at each use: what is kept is state, not
// configuration. What is saved is committed before save returns.
type Vault interface {
	// Hold runs within under a lock that all replicas share, with what is kept.
	Hold(ctx context.Context, within func(ctx context.Context, kept Kept, save func(context.Context,
		Kept) error) error) error
}

// Kept is what a vault keeps.
type Kept struct {
	Refresh Secret    // good for one use
	Access  Secret    // with which calls are made; empty: none yet
	Until   time.Time // how long Access is good
	// Spent says that Refresh was sent off and nothing came back: whether it is still good, nobody knows.
	Spent bool
}

// renewAhead is how long before its end an access token is replaced.
const renewAhead = 10 * time.Minute

// Exchange gives an access token other than dead: the one that is kept, where that is good at the moment now, else
// what spend gets for the refresh token. It is written down that the refresh token goes off before it does, and its
// successor before anything is made of it; so a process may be killed at any line, and two replicas never spend one
// token twice. What spend was told on the way and whether the token is spent by it is told by its error: a call that
// broke off or was not answered in time may have been taken.
func Exchange(ctx context.Context, v Vault, now time.Time, dead Secret,
	spend func(ctx context.Context, refresh Secret) (Kept, error)) (got Kept, err error) {
	err = v.Hold(ctx, func(ctx context.Context, kept Kept, save func(context.Context, Kept) error) error {
		if kept.Access != "" && kept.Access != dead && kept.Until.After(now.Add(renewAhead)) {
			got = kept
			return nil
		}
		if kept.Spent || kept.Refresh == "" {
			return spent(kept)
		}
		off := kept
		off.Spent = true
		if err := save(ctx, off); err != nil {
			return err
		}
		after := context.WithoutCancel(ctx) // what came back is kept also when nobody waits for it any more
		next, err := spend(ctx, kept.Refresh)
		if err != nil {
			if mayBeTaken(err) {
				return err
			}
			return errors.Join(err, save(after, kept))
		}
		if err := save(after, next); err != nil {
			return err
		}
		got = next
		return nil
	})
	return got, err
}

// mayBeTaken tells whether a call that failed may have reached the server and been carried out.
func mayBeTaken(err error) bool {
	switch KindOf(err) {
	case TimedOut, Dropped, BadAnswer, TooLarge, "":
		return true
	}
	return false
}

func spent(k Kept) error {
	e := &Error{Kind: NeedsCredentials, Op: "token",
		Message: "The refresh token was used, and its successor did not arrive.",
		Advice:  "Fetch a new one where the distributor gives them out, and enter it on the provider's page."}
	if k.Refresh == "" {
		e.Message = "There is no refresh token yet."
	}
	return e
}
