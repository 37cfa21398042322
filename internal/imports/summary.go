package imports

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Summary counts the lines of a plan by what they do.
type Summary struct {
	New       int    `json:"new"`
	Changed   int    `json:"changed"`
	Unchanged int    `json:"unchanged"`
	Refused   int    `json:"refused"`
	Mark      string `json:"mark"` // two plans with the same mark do the same
}

// Summary counts the lines.
func (p Plan) Summary() Summary {
	if p.Count != nil {
		return *p.Count
	}
	s := Summary{}
	for _, r := range p.Rows {
		switch r.Outcome {
		case New:
			s.New++
		case Changed:
			s.Changed++
		case Unchanged:
			s.Unchanged++
		case Refused:
			s.Refused++
		}
	}
	s.Mark = p.mark()
	return s
}

func (p Plan) mark() string {
	h := sha256.New()
	to := json.NewEncoder(h)
	for i := range p.Rows { // one by one: a hundred thousand lines are a large text
		_ = to.Encode(&p.Rows[i]) // plain strings and numbers into a hash cannot fail
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Lines is how many lines with values the file has.
func (s Summary) Lines() int { return s.New + s.Changed + s.Unchanged + s.Refused }

// Writes is how many lines change something.
func (s Summary) Writes() int { return s.New + s.Changed }

// Token writes what a person saw into the preview's form.
func (s Summary) Token() string {
	return fmt.Sprintf("%d-%d-%d-%d-%s", s.New, s.Changed, s.Unchanged, s.Refused, s.Mark)
}

// readToken reads what a person saw; false when the form did not say.
func readToken(token string) (Summary, bool) {
	parts := strings.Split(token, "-")
	if len(parts) != 5 {
		return Summary{}, false
	}
	var n [4]int
	for i := range n {
		var err error
		if n[i], err = strconv.Atoi(parts[i]); err != nil {
			return Summary{}, false
		}
	}
	return Summary{New: n[0], Changed: n[1], Unchanged: n[2], Refused: n[3], Mark: parts[4]}, true
}
