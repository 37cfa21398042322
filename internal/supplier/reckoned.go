package supplier

import (
	"sync"

	"github.com/google/uuid"

	"seatledger/internal/clock"
)

// reckoned is what all lines of a file come to, read in one way: a preview has reckoned it, and what is applied of the
// same file read in the same way comes to the same. What stands meanwhile is asked anew.
type reckoned struct {
	by      map[string]*Sum
	months  map[clock.Date]int
	numbers map[string]int
	digest  [4]uint64
	marks   []uint64 // what each line is about
	offs    int      // lines whose own total is not their amount with tax

	lines        int
	fromOn, toOn clock.Date
}

// reading names a file and the way in which it is read.
type reading struct {
	file uuid.UUID
	way  string
}

// keptReadings is how many files wait with what they come to: each takes eight bytes a line.
const keptReadings = 4

// lately is of the process: another one reads the file again.
var lately struct {
	sync.Mutex
	order []reading
	plans map[reading]*plan
}

// recalled is the plan of this very reading, without what is to be asked anew; nil: it is to be read.
func recalled(of reading) *plan {
	if of.way == "" {
		return nil
	}
	lately.Lock()
	defer lately.Unlock()
	return lately.plans[of]
}

// remember keeps what a file comes to. Nobody changes it from then on.
func remember(of reading, p *plan) {
	if of.way == "" {
		return
	}
	lately.Lock()
	defer lately.Unlock()
	if lately.plans == nil {
		lately.plans = map[reading]*plan{}
	}
	if lately.plans[of] == nil {
		lately.order = append(lately.order, of)
	}
	lately.plans[of] = &plan{reckoned: p.reckoned, refused: p.refused, refusedRows: p.refusedRows}
	if len(lately.order) > keptReadings {
		delete(lately.plans, lately.order[0])
		lately.order = lately.order[1:]
	}
}
