// Package samehistories makes random tests play the same histories in each run of one commit: a test package imports
// it for that alone. It knows of nothing but rapid's flag and the variable that names the seed.
package samehistories

import (
	"flag"
	"fmt"
	"os"

	_ "pgregory.net/rapid" // its flags stand before they are set here
)

// Seed names the seed of random histories; without it each run plays others. A flag typed by a person comes before it.
const Seed = "SEATLEDGER_TEST_SEED"

func init() {
	drawn := flag.Lookup("rapid.seed")
	if drawn == nil || os.Getenv(Seed) == "" {
		return
	}
	if err := drawn.Value.Set(os.Getenv(Seed)); err != nil {
		fmt.Fprintln(os.Stderr, Seed, err)
		os.Exit(1)
	}
}
