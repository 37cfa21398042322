package distributor

import (
	"context"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// WireReport is what a run saw of a provider's wire: names of fields and words of
// enumerated fields with counts, and nothing of any customer.
type WireReport struct {
	Records     map[string]int `json:"records"`      // by kind of record
	Unread      map[string]int `json:"unread"`       // keys that nothing reads: "subscription.promoCode"
	Names       map[string]int `json:"names"`        // names that hit: "subscription.unitPrice=unitCost"
	Words       map[string]int `json:"words"`        // not understood: "status=Frozen"
	HiddenWords int            `json:"hidden_words"` // not understood and not shown, as they may tell of somebody
	Places      map[string]int `json:"places"`       // decimals of prices as written
	Codes       map[string]int `json:"codes"`        // HTTP codes of answers
	Pauses      int            `json:"pauses"`       // answers with a Retry-After
	LongestWait time.Duration  `json:"longest_wait"` // the longest of them
	LargestPage int            `json:"largest_page"` // records
}

// Watch collects a report while a run reads. It is safe for concurrent use, and nil
// watches nothing.
type Watch struct {
	mu sync.Mutex
	r  WireReport
}

type watching struct{}

// Watching gives a context whose readings are watched.
func Watching(ctx context.Context) (context.Context, *Watch) {
	w := &Watch{r: WireReport{Records: map[string]int{}, Unread: map[string]int{}, Names: map[string]int{},
		Words: map[string]int{}, Places: map[string]int{}, Codes: map[string]int{}}}
	return context.WithValue(ctx, watching{}, w), w
}

// WatchOf is who watches the readings of a context; nil: nobody.
func WatchOf(ctx context.Context) *Watch {
	w, _ := ctx.Value(watching{}).(*Watch)
	return w
}

// Report is what was seen until now. A key or word on one record alone may be anybody's
// name, so such keys are left out.
func (w *Watch) Report() WireReport {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.r
	r.Records, r.Names, r.Words = maps.Clone(r.Records), maps.Clone(r.Names), maps.Clone(r.Words)
	r.Places, r.Codes, r.Unread = maps.Clone(r.Places), maps.Clone(r.Codes), map[string]int{}
	for key, n := range w.r.Unread {
		record, _, _ := strings.Cut(key, ".")
		if n > 1 || r.Records[record] < 2 {
			r.Unread[key] = n
		}
	}
	return r
}

// mostKept bounds what a strange provider can make a report hold.
const mostKept = 300

func count(m map[string]int, key string) {
	if _, known := m[key]; known || len(m) < mostKept {
		m[key]++
	}
}

var keyLike = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]{0,59}$`)

// Record notes one record of a kind: the keys that nothing reads and the names that hit.
func (w *Watch) Record(kind string, unread, hits []string) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.r.Records[kind]++
	for _, key := range unread {
		if keyLike.MatchString(key) {
			count(w.r.Unread, kind+"."+key)
		}
	}
	for _, hit := range hits {
		count(w.r.Names, kind+"."+hit)
	}
}

var wordLike = regexp.MustCompile(`^\pL[\pL '-]*$`)

// Word notes a word of an enumerated field that was not understood. What does not look
// like one is only counted.
func (w *Watch) Word(field, word string) {
	if w == nil {
		return
	}
	word = strings.Join(strings.Fields(strings.NewReplacer("_", " ", ":", " ").Replace(word)), " ")
	w.mu.Lock()
	defer w.mu.Unlock()
	shown := wordLike.MatchString(word) && len([]rune(word)) <= 32 && strings.Count(word, " ") <= 2
	if (field == "frequency" || field == "term") && len(word) <= 8 && !strings.Contains(word, "@") {
		shown = true // P2Y, 12
	}
	if !shown {
		w.r.HiddenWords++
		return
	}
	count(w.r.Words, field+"="+word)
}

// Price notes with how many decimals a price was written.
func (w *Watch) Price(text string) {
	if w == nil || text == "" {
		return
	}
	_, decimals, _ := strings.Cut(text, ".")
	w.mu.Lock()
	defer w.mu.Unlock()
	count(w.r.Places, strconv.Itoa(len(decimals)))
}

// Answer notes an answer's code and the pause it asked for.
func (w *Watch) Answer(code int, pause time.Duration) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	count(w.r.Codes, strconv.Itoa(code))
	if pause > 0 {
		w.r.Pauses++
		w.r.LongestWait = max(w.r.LongestWait, pause)
	}
}

// Page notes how many records a page had.
func (w *Watch) Page(records int) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.r.LargestPage = max(w.r.LargestPage, records)
}
