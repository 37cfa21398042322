package capture

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/shopspring/decimal"
)

// masker replaces content. Its key, its days and its factor live as long as one capture
// is made and are written nowhere.
type masker struct {
	key    []byte
	days   int
	factor decimal.Decimal
	given  map[string]string // sort of value and value -> what stands for it
	taken  map[string]bool
	notes  notes
}

func newMasker() (*masker, error) {
	m := &masker{key: make([]byte, sha256.Size), given: map[string]string{}, taken: map[string]bool{},
		notes: newNotes()}
	if _, err := rand.Read(m.key); err != nil {
		return nil, err
	}
	days, err := rand.Int(rand.Reader, big.NewInt(700))
	if err != nil {
		return nil, err
	}
	m.days = int(days.Int64()) - 350
	if m.days > -21 && m.days < 21 {
		m.days += 42
	}
	factor, err := rand.Int(rand.Reader, big.NewInt(1_000_000_000))
	if err != nil {
		return nil, err
	}
	m.factor = decimal.New(factor.Int64()+600_000_000, -9) // 0.6 to 1.6
	return m, nil
}

// forget throws the key away; nothing can be replaced after that.
func (m *masker) forget() {
	clear(m.key)
	m.key, m.given, m.taken, m.days, m.factor = nil, nil, nil, 0, decimal.Zero
}

// tree replaces everything below a node.
func (m *masker) tree(key string, n *node) *node {
	switch {
	case n.isMap:
		out := &node{isMap: true}
		for _, x := range n.object {
			name := x.key
			out.object = append(out.object, member{m.name(name), m.tree(name, x.value)})
		}
		return out
	case n.isArray:
		out := &node{isArray: true}
		for _, x := range n.array {
			out.array = append(out.array, m.tree(key, x))
		}
		return out
	}
	return &node{scalar: m.scalar(key, n.scalar)}
}

// name keeps the name of a field, and replaces what may be an id or a person.
func (m *masker) name(key string) string {
	if knownKey(key) {
		m.notes.key(key)
		return key
	}
	m.notes.hideKey(key)
	return "x_" + strings.ToLower(m.fill("key", key, 'a'))
}

func (m *masker) scalar(key string, v any) any {
	switch v := v.(type) {
	case string:
		return m.text(key, v)
	case json.Number:
		return json.Number(m.number(key, v.String()))
	}
	return v // null, true, false
}

var (
	seatNumber = regexp.MustCompile(`^-?\d{1,5}(\.\d{1,2})?$`)
	rowCount   = regexp.MustCompile(`^\d{1,5}$`)
)

// number replaces a number that came without quotes.
func (m *masker) number(key, n string) string {
	switch sortOf(key) {
	case seats:
		if seatNumber.MatchString(n) {
			return m.keep(key, n)
		}
	case counts:
		if rowCount.MatchString(n) {
			return m.keep(key, n)
		}
	case flag:
		if n == "0" || n == "1" {
			return m.keep(key, n)
		}
	case rhythm:
		if len(n) <= 2 && rowCount.MatchString(n) {
			return m.keep(key, n)
		}
	case money:
		if scaled, ok := m.scaled(n); ok {
			return scaled
		}
	case moment:
		if shifted, ok := m.epoch(n); ok {
			return shifted
		}
	}
	return m.digits(n)
}

func (m *masker) keep(key, word string) string {
	m.notes.keep(key, word)
	return word
}

// text replaces a text, or keeps it where its field and all its words say that it may stay.
func (m *masker) text(key, s string) string {
	if strings.TrimSpace(s) == "" {
		return s
	}
	switch sort := sortOf(key); sort {
	case seats, counts, money, moment:
		if t, ok := m.quoted(sort, key, s); ok {
			return t
		}
	case state:
		return m.words(key, s, stateWords)
	case rhythm:
		return m.words(key, s, rhythmWords, kindWords)
	case kind:
		return m.words(key, s, kindWords, rhythmWords, vendorWords)
	case flag:
		return m.words(key, s, flagWords)
	case currency:
		return m.words(key, s, currencies)
	case action:
		return m.words(key, s, legacyActions)
	case vendorish:
		return m.piecewise(key, s, vendorWords, rhythmWords, kindWords)
	case complaint:
		return m.piecewise(key, s, errorWords)
	case logText:
		return m.piecewise(key, s, logWords)
	case part:
		return m.partNumber(key, s)
	}
	return m.form(s)
}

// quoted is a number or date in quotes.
func (m *masker) quoted(sort sort, key, s string) (string, bool) {
	switch {
	case sort == seats && seatNumber.MatchString(s), sort == counts && rowCount.MatchString(s):
		return m.keep(key, s), true
	case sort == money:
		return m.scaled(s)
	case sort == moment:
		if t, ok := m.epoch(s); ok {
			return t, true
		}
		return m.date(s, true)
	}
	return "", false
}

var (
	anyWord   = regexp.MustCompile(`[\p{L}\p{N}]+`)
	shortNo   = regexp.MustCompile(`^\d{1,2}$`)
	separated = regexp.MustCompile(`^[\p{L}\p{N} ,_()/\-]+$`)
)

// words keeps a text all of whose words are known, else nothing of it.
func (m *masker) words(key, s string, known ...map[string]bool) string {
	found := anyWord.FindAllString(s, -1)
	if len(s) <= 60 && separated.MatchString(s) && (among(s, known) || m.allAmong(found, known)) {
		return m.keep(key, s)
	}
	if fold(key) != "state" { // as often that of an address
		m.notes.hide(key, s)
	}
	return m.fill("word", s, 0)
}

func (m *masker) allAmong(words []string, known []map[string]bool) bool {
	for _, w := range words {
		if !among(w, known) && !(shortNo.MatchString(w) && len(words) > 1) {
			return false
		}
	}
	return len(words) > 0
}

func among(w string, known []map[string]bool) bool {
	for _, k := range known {
		if k[w] || k[strings.ToLower(w)] {
			return true
		}
	}
	return false
}

// piecewise keeps the known words of a text, and of its numbers those that count seats or
// the length of a term.
func (m *masker) piecewise(key, s string, known ...map[string]bool) string {
	at, pieces := 0, anyWord.FindAllStringIndex(s, -1)
	var b strings.Builder
	for i, p := range pieces {
		word, next := s[p[0]:p[1]], ""
		if i+1 < len(pieces) {
			next = strings.ToLower(s[pieces[i+1][0]:pieces[i+1][1]])
		}
		b.WriteString(m.gap(s[at:p[0]]))
		at = p[1]
		if among(word, known) || counted(word, next, sortOf(key)) {
			m.notes.keep(key, word)
			b.WriteString(word)
			continue
		}
		b.WriteString(m.fill("piece "+strconv.Itoa(i)+" of "+s, word, 0))
	}
	return b.String() + m.gap(s[at:])
}

// gap is what stands between two words; only ordinary marks stay.
func (m *masker) gap(s string) string {
	return strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII {
			return r
		}
		return '·'
	}, s)
}

var (
	seatNouns = set("seat seats license licenses licence licences user users unit units")
	termNouns = set("year years yr yrs month months day days")
)

// counted tells whether a number stands before the word that it counts.
func counted(word, next string, s sort) bool {
	switch s {
	case logText:
		return rowCount.MatchString(word) && seatNouns[next]
	case vendorish:
		return shortNo.MatchString(word) && termNouns[next]
	}
	return false
}

// Beginnings of Microsoft's part numbers, which are the same for every reseller.
var partHeads = []string{"CFQ7TTC0", "DZH318Z0BPS6", "DZH318Z"} // the middle one is the Azure plan

// partNumber keeps whose it is, term and plan: ProductId:SkuId:Term:Plan.
func (m *masker) partNumber(key, s string) string {
	pieces := strings.Split(s, ":")
	for i, p := range pieces {
		switch {
		case i >= 2 && rhythmWords[strings.ToLower(p)]:
			m.notes.keep(key, p)
		case i == 0:
			pieces[i] = m.partHead(key, p)
		default:
			pieces[i] = m.fill("part", p, 0)
		}
	}
	return strings.Join(pieces, ":")
}

func (m *masker) partHead(key, p string) string {
	for _, head := range partHeads {
		if rest, ok := strings.CutPrefix(p, head); ok {
			m.notes.keep(key, head)
			return head + m.fill("part", rest, 0)
		}
	}
	return m.fill("part", p, 0)
}

var amount = regexp.MustCompile(`^(\p{Sc}? ?)(-?\d{1,15}(?:\.(\d{1,20}))?)$`)

// scaled multiplies a price with the capture's factor and keeps its number of places.
func (m *masker) scaled(s string) (string, bool) {
	found := amount.FindStringSubmatch(s)
	if found == nil {
		return "", false
	}
	d, err := decimal.NewFromString(found[2])
	if err != nil {
		return "", false
	}
	places := int32(len(found[3]))
	return found[1] + d.Mul(m.factor).Round(places).StringFixed(places), true
}

// tries is how often another spelling is looked for, so that two ids do not become one.
const tries = 500

// fill writes a text anew, letter for letter and digit for digit, out of the key. mark
// stands in place of everything that is no letter, digit or ordinary mark; 0 keeps marks.
func (m *masker) fill(sort, s string, mark rune) string {
	if s == "" {
		return ""
	}
	id := sort + "\x00" + s
	if t, ok := m.given[id]; ok {
		return t
	}
	out, used := "", func(t string) bool { return m.taken[sort+"\x00"+t] }
	for try := 0; try < tries; try++ {
		out = m.spell(id, s, try, mark)
		if !used(out) && (out != s || len(s) < 3 && sort == "digits") { // of one digit there are too few others
			break
		}
	}
	m.given[id], m.taken[sort+"\x00"+out] = out, true
	return out
}

func (m *masker) spell(id, s string, try int, mark rune) string {
	stream := m.stream(id, try)
	bare := !anyWord.MatchString(s) && len(s) > 2
	first := true
	return strings.Map(func(r rune) rune {
		n := stream()
		switch {
		case r >= 'A' && r <= 'Z':
			first = false
			return 'A' + rune(n%26)
		case r >= 'a' && r <= 'z':
			first = false
			return 'a' + rune(n%26)
		case r == '0' && first: // leading zeros are form
			return r
		case r >= '0' && r <= '9' && first:
			first = false
			return '1' + rune(n%9)
		case r >= '0' && r <= '9':
			return '0' + rune(n%10)
		case r > unicode.MaxASCII && unicode.IsLetter(r):
			return []rune("àéîõüñç")[n%7]
		case r > unicode.MaxASCII:
			return '•'
		case mark != 0:
			return mark
		case bare && r > ' ':
			return '*'
		}
		return r
	}, s)
}

// stream gives numbers out of the key, the same for the same id and try.
func (m *masker) stream(id string, try int) func() int {
	block, at, round := []byte(nil), 0, uint32(0)
	return func() int {
		if at+2 > len(block) {
			mac := hmac.New(sha256.New, m.key)
			mac.Write(binary.BigEndian.AppendUint32(nil, uint32(try)))
			mac.Write(binary.BigEndian.AppendUint32(nil, round))
			mac.Write([]byte(id))
			block, at, round = mac.Sum(nil), 0, round+1
		}
		at += 2
		return int(binary.BigEndian.Uint16(block[at-2:]))
	}
}
