//go:build linux

package embedded

import (
	"context"
	"errors"
)

const npmMajor = 18

func (o Options) npmBinaries(ctx context.Context, as account) (binaries, error) {
	return binaries{}, errors.New("not yet")
}
