package distributor

import (
	"context"
	"sync"
)

// room is what one reading has of the room for large answers.
type room struct {
	mu      sync.Mutex
	release func() // nil: none yet
}

type roomKey struct{}

// KeepRoom gives a context whose reading keeps the room for large answers from the first of them until done: what is
// made of an answer is larger than the answer. Within another's reading it is that one's.
func KeepRoom(ctx context.Context) (reading context.Context, done func()) {
	if _, kept := ctx.Value(roomKey{}).(*room); kept {
		return ctx, func() {}
	}
	r := &room{}
	return context.WithValue(ctx, roomKey{}, r), func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.release != nil {
			r.release()
			r.release = nil
		}
	}
}

// TakeRoom takes the room for a large answer, unless the context's reading has it already; what a reading keeps is not
// given back by release.
func TakeRoom(ctx context.Context, take func() (release func(), err error)) (release func(), err error) {
	r, kept := ctx.Value(roomKey{}).(*room)
	if !kept {
		return take()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.release == nil {
		if r.release, err = take(); err != nil {
			r.release = nil
			return nil, err
		}
	}
	return func() {}, nil
}
