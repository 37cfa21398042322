package skeleton

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/calls"
	"seatledger/internal/distributor/lenient"
	"seatledger/internal/distributor/outbound"
)

// signIn gives a token. The session calls it once for all workers, when there is none and when one was turned away;
// the one that was turned away last is dead.
func (c *Connector) signIn(ctx context.Context) (calls.Token, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	kept, err := distributor.Exchange(ctx, c.vault, c.clk.Now(), c.handed, c.spend)
	if err != nil {
		return calls.Token{}, err
	}
	c.handed = kept.Access
	return calls.Token{Value: kept.Access.Reveal(), Life: kept.Until.Sub(c.clk.Now())}, nil
}

// spend sends the refresh token off. It is called once for each, whatever comes of it.
func (c *Connector) spend(ctx context.Context, refresh distributor.Secret) (distributor.Kept, error) {
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh.Reveal()}}
	a, err := c.http.Do(ctx, outbound.Request{Op: "token", Small: true, Once: true, Method: http.MethodPost,
		URL: c.base + "/oauth/token", Body: []byte(form.Encode()),
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}}})
	if err != nil {
		return distributor.Kept{}, err
	}
	defer a.Release()
	token, err := calls.ReadSignIn(a, c.clk.Now())
	if err != nil {
		if distributor.KindOf(err) == distributor.NeedsCredentials {
			distributor.AsError(err).Advice = "Fetch a new refresh token where the distributor gives them out, and " +
				"enter it on the provider's page."
		}
		return distributor.Kept{}, err
	}
	raw, _, err := lenient.ReadOne(a.Body)
	if err != nil {
		return distributor.Kept{}, calls.Unreadable("token", err, a.Header)
	}
	r, _ := lenient.NewRecord(raw)
	life := token.Life
	if life == 0 {
		life = time.Hour
	}
	next := distributor.Secret(r.Text(lenient.Field{"refresh_token"}))
	if next == "" {
		next = refresh // this time the server let it stand
	}
	return distributor.Kept{Refresh: next, Access: distributor.Secret(token.Value), Until: c.clk.Now().Add(life)}, nil
}
