// Package oracle is a second reckoning of what RULES 5 and 8 say a customer pays,
// written from those rules alone: day by day, in exact fractions, and sharing no
// line with the product. Its tests drive the running product through its pages and
// files by random campaigns and compare. The linter refuses it every other package
// of this module, its tests included.
package oracle
