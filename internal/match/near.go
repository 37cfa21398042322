package match

import "strings"

// nearness is how close two different words are.
type nearness uint8

const (
	sameSound nearness = iota // color and colour, Gazprom and Gasprom
	inflected                 // system and systems
	cutShort                  // tech and technologies
	slip                      // one letter more, less, other or swapped
	twoSlips                  // two, in long words
	apart
)

// nearCost is how much less a near word says than the word itself, in bits:
// more words are near than equal.
var nearCost = [...]float64{sameSound: 1.5, inflected: 1, cutShort: 3, slip: 5, twoSlips: 7}

func nearWords(x, y token) nearness {
	a, b := x.text, y.text
	if x.kind == number || y.kind == number || x.kind == place && y.kind == place {
		return apart
	}
	if len(a) > len(b) {
		a, b = b, a
	}
	switch {
	case len(a) < 4:
		return apart
	case b == a+"s" || b == a+"es" || strings.HasSuffix(a, "y") && b == a[:len(a)-1]+"ies":
		return inflected
	case x.sound == y.sound:
		return sameSound
	case strings.HasPrefix(b, a) && len(b) > len(a)+2:
		return cutShort
	}
	switch d := distance(a, b, 2); {
	case d == 1:
		return slip
	case d == 2 && len(a) >= 9:
		return twoSlips
	}
	return apart
}

var sounds = strings.NewReplacer("shch", "sh", "tch", "ch", "sch", "sh", "kh", "h", "ph", "f", "ck", "k", "qu", "k",
	"ks", "x", "ts", "c", "tz", "c", "zz", "z", "ss", "s",
	"ll", "l", "tt", "t", "nn", "n", "mm", "m", "rr", "r", "pp", "p", "ff", "f", "ae", "a", "oe", "o", "ue", "u", "ou",
	"u", "ie", "i", "ee", "i", "ya", "ia", "yu", "iu", "y", "i", "j", "i", "w", "v", "q", "k", "z", "s")

// soundOf writes a word as it sounds across spellings and transliterations.
func soundOf(w string) string { return sounds.Replace(w) }

// distance counts inserted, lost, changed and swapped letters, up to limit+1.
func distance(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	if len(y)-len(x) > limit || len(x)-len(y) > limit {
		return limit + 1
	}
	var store [3][64]int
	if len(y) >= 64 || len(x) >= 64 {
		return limit + 1
	}
	before, last, row := store[0][:len(y)+1], store[1][:len(y)+1], store[2][:len(y)+1]
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		best := i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			best = min(best, row[j])
		}
		if best > limit {
			return limit + 1
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}
