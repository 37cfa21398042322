package syncruns_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"seatledger/internal/auth"
	"seatledger/internal/syncing"
	"seatledger/web/httpx"
)

// listener reads the messages of a stream; the channel closes when the stream ends.
func (d *desk) listener(path string) <-chan httpx.Progress {
	d.Helper()
	res := d.request(http.MethodGet, path, nil)
	if kind := res.Header.Get("Content-Type"); res.StatusCode != http.StatusOK || kind != "text/event-stream" {
		d.Fatalf("%d %s", res.StatusCode, kind)
	}
	out := make(chan httpx.Progress, 100)
	go func() {
		defer close(out)
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				var p httpx.Progress
				if json.Unmarshal([]byte(data), &p) == nil {
					out <- p
				}
			}
		}
	}()
	return out
}

const patience = 30 * time.Second

func (d *desk) next(stream <-chan httpx.Progress) (httpx.Progress, bool) {
	d.Helper()
	select {
	case p, ok := <-stream:
		return p, ok
	case <-time.After(patience):
		d.Fatal("the stream says nothing and does not end")
		return httpx.Progress{}, false
	}
}

func TestTheStreamTellsTheProgressAndEndsWithTheRun(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.run(syncing.Running, map[string]any{"total": 3, "done": 1, "added": 5})
	stream := d.listener(page(id) + "/events")
	if p, _ := d.next(stream); p.Done != 1 || p.Total != 3 || p.Text != "1 of 3 accounts" ||
		p.Values["added"] != "5" || p.Final {
		t.Errorf("first: %+v", p)
	}
	d.exec(`UPDATE sync_runs SET done = 2, added = 9 WHERE id = ?`, id)
	if p, _ := d.next(stream); p.Done != 2 || p.Values["added"] != "9" {
		t.Errorf("then: %+v", p)
	}
	d.exec(`UPDATE sync_runs SET done = 3, state = 'succeeded', finished_at = now() WHERE id = ?`, id)
	if p, _ := d.next(stream); !p.Final || p.Values["state"] != "Succeeded" {
		t.Errorf("last: %+v", p)
	}
	if p, open := d.next(stream); open {
		t.Errorf("after the end: %+v", p)
	}
}

func TestTheStreamOfAnEndedRunIsOneMessage(t *testing.T) {
	t.Parallel()
	d := open(t)
	stream := d.listener(page(d.run(syncing.Failed, nil)) + "/events")
	if p, _ := d.next(stream); !p.Final {
		t.Errorf("%+v", p)
	}
	if _, open := d.next(stream); open {
		t.Error("it goes on")
	}
}

func TestTheStreamEndsWithTheSession(t *testing.T) {
	t.Parallel()
	d := open(t)
	stream := d.listener(page(d.run(syncing.Running, nil)) + "/events")
	d.next(stream)
	d.clock.Advance(auth.AbsoluteLimit + time.Minute)
	if p, open := d.next(stream); open {
		t.Errorf("it still tells %+v", p)
	}
}
