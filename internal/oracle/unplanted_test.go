//go:build !faults

package oracle

func buildFlags(string) ([]string, error) { return nil, nil }
