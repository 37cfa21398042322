//go:build production

package main

import (
	"context"
	"errors"
	"io"
)

// sample refuses the verbs that show the program on made-up data: nothing of them is in a build for production.
func sample(_ context.Context, verb string, _ []string, _ func(string) string, _ io.Writer) error {
	return errors.New(verb + " is not in this build, which is for production. Build without the tag production for it")
}
