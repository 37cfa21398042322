//go:build linux

package embedded

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

// Stop shuts the server down: open transactions are rolled back, committed
// ones are safe. It waits for the end; when ctx ends first, the server is cut
// short and repairs itself at the next start. Calling it again waits for the first call.
func (s *Server) Stop(ctx context.Context) error {
	if !s.beginStop() {
		<-s.stopped
		return nil
	}
	err := s.shutDown(ctx)
	close(s.stopped)
	err = errors.Join(err, s.dir.Close())
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
	}
	return err
}

func (s *Server) beginStop() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := !s.stopping
	s.stopping = true
	return first
}

// shutDown asks for a fast shutdown, then for an immediate one.
func (s *Server) shutDown(ctx context.Context) error {
	if s.process == nil {
		return nil // attached: the server is another's
	}
	if err := s.process.signal(os.Interrupt); err != nil {
		return err
	}
	select {
	case <-s.process.exited:
		return nil
	case <-ctx.Done():
		s.log.Warn("the private PostgreSQL took too long to stop and is cut short; " +
			"it will repair itself at the next start")
		return errors.Join(ctx.Err(), s.quit(syscall.SIGQUIT))
	}
}

// quit ends the server at once; a server that does not even react to that is killed.
func (s *Server) quit(sig os.Signal) error {
	err := s.process.signal(sig)
	limit := time.NewTimer(10 * time.Second)
	defer limit.Stop()
	select {
	case <-s.process.exited:
		return err
	case <-limit.C:
		err = errors.Join(err, s.process.signal(os.Kill))
		<-s.process.exited
		return err
	}
}

// abandon stops a server whose start failed half-way.
func (s *Server) abandon(ctx context.Context) error {
	return s.Stop(context.WithoutCancel(ctx))
}
