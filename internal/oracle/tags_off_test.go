//go:build !faults

package oracle

const buildTags = ""
