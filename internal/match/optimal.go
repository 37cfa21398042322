package match

import (
	"math"
	"sort"
)

// optimal chooses links so that no account and no CRM record is used twice
// and the total evidence is greatest, group by group. Only links with a
// positive gain are chosen. It returns indexes into links, in order.
func optimal(links []link) []int {
	var chosen []int
	for _, group := range groups(links) {
		chosen = append(chosen, solve(links, group)...)
	}
	sort.Ints(chosen)
	return chosen
}

// gain is what choosing a link is worth: the probability that it is right, so
// that the pairing as a whole has the most right pairs to be expected. Evidence
// breaks ties. Below even odds of one to 64 a link is not chosen at all.
func gain(l *link) float64 {
	if l.score < -6 {
		return 0
	}
	return probability(l.final()) + 1e-5*(l.score+7)
}

// groups are the sets of links that compete, directly or through others.
func groups(links []link) [][]int {
	parent := map[int64]int64{}
	var find func(int64) int64
	find = func(v int64) int64 {
		p, ok := parent[v]
		if !ok || p == v {
			return v
		}
		root := find(p)
		parent[v] = root
		return root
	}
	const crmSide = int64(1) << 32
	for i := range links {
		if gain(&links[i]) > 0 {
			parent[find(int64(links[i].account))] = find(crmSide + int64(links[i].crm))
		}
	}
	byRoot := map[int64][]int{}
	var roots []int64
	for i := range links {
		if gain(&links[i]) <= 0 {
			continue
		}
		r := find(int64(links[i].account))
		if byRoot[r] == nil {
			roots = append(roots, r)
		}
		byRoot[r] = append(byRoot[r], i)
	}
	out := make([][]int, 0, len(roots))
	for _, r := range roots {
		out = append(out, byRoot[r])
	}
	return out
}

// largest is the size of group that is solved exactly; a larger one (hundreds
// of look-alikes) is solved greedily.
const largest = 400

func solve(links []link, group []int) []int {
	if len(group) == 1 {
		return group
	}
	rows, cols := map[int32]int{}, map[int32]int{}
	for _, i := range group {
		number32(rows, links[i].account)
		number32(cols, links[i].crm)
	}
	if len(rows) > largest || len(cols) > largest {
		return greedy(links, group)
	}
	n := max(len(rows), len(cols))
	cost := make([][]float64, n)
	at := make([][]int, n)
	for r := range cost {
		cost[r], at[r] = make([]float64, n), make([]int, n)
		for c := range at[r] {
			at[r][c] = -1
		}
	}
	for _, i := range group {
		r, c := rows[links[i].account], cols[links[i].crm]
		cost[r][c], at[r][c] = -gain(&links[i]), i
	}
	var out []int
	for r, c := range hungarian(cost) {
		if at[r][c] >= 0 {
			out = append(out, at[r][c])
		}
	}
	return out
}

func number32(m map[int32]int, v int32) {
	if _, ok := m[v]; !ok {
		m[v] = len(m)
	}
}

func greedy(links []link, group []int) []int {
	sorted := append([]int{}, group...)
	sort.SliceStable(sorted, func(i, j int) bool { return gain(&links[sorted[i]]) > gain(&links[sorted[j]]) })
	usedA, usedB := map[int32]bool{}, map[int32]bool{}
	var out []int
	for _, i := range sorted {
		if l := &links[i]; !usedA[l.account] && !usedB[l.crm] {
			usedA[l.account], usedB[l.crm] = true, true
			out = append(out, i)
		}
	}
	return out
}

// hungarian gives each row of a square cost matrix its column at the least
// total cost, in cubic time (Kuhn, Munkres; potentials after Jonker and Volgenant).
func hungarian(cost [][]float64) []int {
	n := len(cost)
	u, v := make([]float64, n+1), make([]float64, n+1)
	rowOf, way := make([]int, n+1), make([]int, n+1)
	for i := 1; i <= n; i++ {
		rowOf[0] = i
		augment(cost, u, v, rowOf, way)
	}
	out := make([]int, n)
	for j := 1; j <= n; j++ {
		out[rowOf[j]-1] = j - 1
	}
	return out
}

func augment(cost [][]float64, u, v []float64, rowOf, way []int) {
	n := len(cost)
	least := make([]float64, n+1)
	for j := range least {
		least[j] = math.Inf(1)
	}
	used := make([]bool, n+1)
	col := 0
	for {
		used[col] = true
		row, delta, next := rowOf[col], math.Inf(1), 0
		for j := 1; j <= n; j++ {
			if used[j] {
				continue
			}
			if c := cost[row-1][j-1] - u[row] - v[j]; c < least[j] {
				least[j], way[j] = c, col
			}
			if least[j] < delta {
				delta, next = least[j], j
			}
		}
		for j := 0; j <= n; j++ {
			if used[j] {
				u[rowOf[j]] += delta
				v[j] -= delta
			} else {
				least[j] -= delta
			}
		}
		if col = next; rowOf[col] == 0 {
			break
		}
	}
	for col != 0 {
		rowOf[col] = rowOf[way[col]]
		col = way[col]
	}
}
