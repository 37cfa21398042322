package match

import (
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// everySoOften is how long a run goes on before it says how far it is, and then again.
const everySoOften = 3 * time.Second

// progress tells on long runs how far they are.
type progress struct {
	done, all atomic.Int64
	ended     chan struct{}
	wg        sync.WaitGroup
}

func newProgress(w io.Writer) *progress {
	p := &progress{ended: make(chan struct{})}
	p.wg.Go(func() {
		tick := time.NewTicker(everySoOften)
		defer tick.Stop()
		for {
			select {
			case <-p.ended:
				return
			case <-tick.C:
				p.say(w)
			}
		}
	})
	return p
}

func (p *progress) note(done, all int) {
	p.all.Store(int64(all))
	p.done.Store(int64(done))
}

func (p *progress) say(w io.Writer) {
	switch done, all := p.done.Load(), p.all.Load(); {
	case all == 0:
		_, _ = fmt.Fprintln(w, "reading the names")
	case done < all:
		_, _ = fmt.Fprintf(w, "%d of %d accounts compared\n", done, all)
	default:
		_, _ = fmt.Fprintln(w, "all accounts compared; choosing the pairs")
	}
}

// stop ends it and waits until nothing is written any more.
func (p *progress) stop() {
	close(p.ended)
	p.wg.Wait()
}
