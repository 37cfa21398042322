package story

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"seatledger/internal/clock"
	"seatledger/internal/distributor/sandbox"
)

// Player makes a story happen at a sandbox, through its admin face. The sandbox
// forgets when it ends, so a new one is told the whole story again.
type Player struct {
	URL   string // of the sandbox
	Clock clock.Clock

	story *Story
	next  int // of the story's events
	ids   map[Line]string
}

// NewPlayer is at the beginning of the story; nothing has happened yet.
func NewPlayer(url string, clk clock.Clock, s *Story) *Player {
	return &Player{URL: url, Clock: clk, story: s, ids: map[Line]string{}}
}

// Until makes everything happen up to and with a day, and leaves the sandbox's clock on it.
func (p *Player) Until(ctx context.Context, day clock.Date) error {
	var at clock.Date
	for p.next < len(p.story.Events) && !p.story.Events[p.next].On.After(day) {
		e := p.story.Events[p.next]
		if e.On != at {
			at = e.On
			if err := p.move(ctx, at); err != nil {
				return err
			}
		}
		if err := p.happen(ctx, e); err != nil {
			return fmt.Errorf("%s at the stand-in distributor: %w", e.On, err)
		}
		p.next++
	}
	return p.move(ctx, day)
}

// Rest makes all that is left happen, and puts the sandbox's clock on the present.
func (p *Player) Rest(ctx context.Context) error {
	if err := p.Until(ctx, p.story.Today); err != nil {
		return err
	}
	return p.send(ctx, http.MethodPut, "clock", map[string]bool{"reset": true}, nil)
}

// Moment is the morning of a day, or the present where that comes first.
func Moment(clk clock.Clock, day clock.Date) time.Time {
	at, now := day.Start(time.UTC).Add(9*time.Hour), clk.Now()
	if at.After(now) {
		return now
	}
	return at
}

func (p *Player) move(ctx context.Context, day clock.Date) error {
	return p.send(ctx, http.MethodPut, "clock", map[string]time.Time{"now": Moment(p.Clock, day)}, nil)
}

func (p *Player) happen(ctx context.Context, e Event) error {
	if e.Buy == nil {
		return p.send(ctx, http.MethodPatch, "subscriptions/"+p.ids[e.Line], e.Change, nil)
	}
	var made sandbox.Subscription
	err := p.send(ctx, http.MethodPost, "subscriptions", e.Buy, &made)
	p.ids[e.Line] = made.ID
	return err
}

// send gives the admin face a command and reads its answer into what is not nil.
func (p *Player) send(ctx context.Context, method, path string, body, into any) error {
	doc, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, method, p.URL+"/_sandbox/"+path, bytes.NewReader(doc))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	said, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, path, said)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(said, into)
}
