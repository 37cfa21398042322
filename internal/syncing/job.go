package syncing

import "github.com/google/uuid"

// Job is the queue's task to work a run. It carries the id alone.
type Job struct {
	RunID uuid.UUID `json:"run_id"`
}

// Kind names the job in the queue.
func (Job) Kind() string { return "sync_run" }
