package imports

import "fmt"

// Duplicates finds lines that speak of the same record, by a key per line. It
// gives for each such line the number of another one; an empty key is never the same.
func Duplicates(lines []Line, key func(Line) string) map[int]int {
	first, twin := map[string]int{}, map[int]int{}
	for _, l := range lines {
		k := key(l)
		if k == "" {
			continue
		}
		other, seen := first[k]
		if !seen {
			first[k] = l.Number
			continue
		}
		twin[l.Number] = other
		if _, told := twin[other]; !told {
			twin[other] = l.Number
		}
	}
	return twin
}

// SameAs is the reason of a line that speaks of the same record as another.
func SameAs(what string, line int) string {
	return fmt.Sprintf("Line %d has the same %s. Keep one of them.", line, what)
}
