// A program that reads a file without offering itself as the reader.
package main

import (
	"context"
	"fmt"

	"seatledger/internal/errs"
	"seatledger/internal/imports/sheet"
)

func main() {
	_, _, err := sheet.Open(context.Background(), []byte("a,b\n1,2\n"), "")
	fmt.Println(errs.Public(err))
}
