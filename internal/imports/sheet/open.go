package sheet

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"seatledger/internal/errs"
)

// Bounds of the reading process. Its hard memory, where the system knows such a thing,
// counts from what the process takes before it reads. Its time is that of the processor,
// so that a busy machine refuses no list; the deadline is for a process that hangs.
const (
	softMemory = 256 << 20 // from here on memory is given back at the cost of time
	hardMemory = 768 << 20 // of addresses; what goes beyond ends the process
	maxAnswer  = 4*maxText + 64<<20
	atOnce     = 2                // files read at a time
	patience   = 20 * time.Second // of a file that waits for its turn
)

// patient is how long the reading of a file may take, and how large it may be.
type patient struct {
	processor, deadline time.Duration
	bytes               int64
}

var (
	oneFile  = patient{4 * time.Second, time.Minute, MaxBytes}
	longFile = patient{time.Minute, 10 * time.Minute, MaxLongBytes}
)

var turns = make(chan struct{}, atOnce)

// Open reads a file in a process of its own and gives its rows, and the same as they
// are kept. A file that cannot be read is errs.Invalid at "file". When the process
// cannot be started nothing is read: that is errs.Unavailable, never a reading
// without bounds.
func Open(ctx context.Context, content []byte, worksheet string) (Sheet, []byte, error) {
	if len(content) > MaxBytes {
		return Sheet{}, nil, tooLarge()
	}
	if len(worksheet) > longestName {
		return Sheet{}, nil, Unreadable("The workbook has no sheet of this name.")
	}
	done, err := turn(ctx)
	if err != nil {
		return Sheet{}, nil, err
	}
	defer done()
	answer, err := ask(ctx, content, worksheet)
	if err != nil {
		return Sheet{}, nil, err
	}
	s := Sheet{}
	if err := json.Unmarshal(answer, &s); err != nil {
		return Sheet{}, nil, fmt.Errorf("rows of a file: %w", err)
	}
	return s, answer, nil
}

// turn waits until few enough files are being read.
func turn(ctx context.Context) (func(), error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case turns <- struct{}{}:
		return func() { <-turns }, nil
	case <-ctx.Done():
		return nil, errs.Because(errs.Unavailable,
			"Other files are being read at the moment, so this one was not kept. Upload it again in a minute.",
			ctx.Err())
	}
}

func ask(ctx context.Context, content []byte, worksheet string) ([]byte, error) {
	if !willing.Load() {
		return nil, notStarted(errors.New("this program does not call sheet.BecomeReader"))
	}
	program, err := self()
	if err != nil {
		return nil, notStarted(err)
	}
	ctx, cancel := context.WithTimeout(ctx, oneFile.deadline)
	defer cancel()
	answer, complaint := &bounded{most: maxAnswer}, &bounded{most: 4 << 10}
	cmd := reading(ctx, program, question(worksheet, false), content)
	cmd.Stdout, cmd.Stderr = answer, complaint
	if err := cmd.Start(); err != nil {
		return nil, notStarted(err)
	}
	if err := cmd.Wait(); err != nil {
		return nil, unfinished(ctx, fmt.Errorf("%w: %s", err, complaint.Bytes()))
	}
	return answered(ctx, answer.Bytes())
}

func reading(ctx context.Context, program string, asked, content []byte) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, Verb)
	cmd.Env = []string{"GOTRACEBACK=none", fmt.Sprintf("GOMEMLIMIT=%d", softMemory)} // nothing of ours
	cmd.Stdin = io.MultiReader(bytes.NewReader(asked), bytes.NewReader(content))
	cmd.WaitDelay = time.Second
	return cmd
}

func answered(ctx context.Context, answer []byte) ([]byte, error) {
	switch {
	case len(answer) > 0 && answer[0] == answerRows:
		return answer[1:], nil
	case len(answer) > 0 && answer[0] == answerRefused:
		return nil, Unreadable(string(answer[1:]))
	}
	return nil, unfinished(ctx, errors.New("the reader of files gave no answer"))
}

func notStarted(cause error) error {
	return errs.Because(errs.Unavailable,
		"Files cannot be read just now: the process that reads them could not be started. Nothing was kept. "+
			"Try again; if it stays so, restart Seatledger and look into its log.", cause)
}

// unfinished tells a file that took too long from one that took too much memory: both are refused.
func unfinished(ctx context.Context, cause error) error {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded) || outOfTime(cause):
		return because("Reading this file took too long, so it was given up. "+
			"Save only the list, as CSV UTF-8, and upload that file.", cause)
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return because("Reading this file takes more memory than a list needs, or the file is made to break its reader, "+
		"so it was given up. Save only the list, as CSV UTF-8, and upload that file.", cause)
}

func because(why string, cause error) error {
	e := errs.Because(errs.Invalid, "There is a problem with the form.", cause)
	e.Fields = errs.Fields{"file": why}
	return e
}

// self is this very program, also where its file was replaced by a newer one meanwhile.
func self() (string, error) {
	if _, err := os.Stat("/proc/self/exe"); err == nil {
		return "/proc/self/exe", nil
	}
	return os.Executable()
}

// bounded keeps what is written up to a bound and then refuses.
type bounded struct {
	kept bytes.Buffer
	most int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.kept.Len()+len(p) > b.most {
		return 0, errors.New("more was written than is taken")
	}
	return b.kept.Write(p)
}

func (b *bounded) Bytes() []byte { return b.kept.Bytes() }
