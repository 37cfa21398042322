package jobs

import (
	"context"
	"errors"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// About is what is told of a job to who looks on: no record.
type About struct {
	Kind     string
	Metadata []byte // what it brought along from where it was put in
}

// Around is called around each job that is worked.
type Around func(ctx context.Context, job About, work func(context.Context) error) error

func (a Around) middleware() rivertype.Middleware {
	return river.WorkerMiddlewareFunc(func(ctx context.Context, job *rivertype.JobRow,
		work func(context.Context) error) error {
		if a == nil {
			return work(ctx)
		}
		return a(ctx, About{job.Kind, job.Metadata}, work)
	})
}

// How a job may end.
const (
	Done   = "done"
	Failed = "failed"
	Waits  = "waits" // its turn comes later
)

// Outcome says how a job ended.
func Outcome(err error) string {
	var later *river.JobSnoozeError
	switch {
	case err == nil:
		return Done
	case errors.As(err, &later):
		return Waits
	}
	return Failed
}
