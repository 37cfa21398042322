// Package site is the web site as one handler: the table of its routes with the
// role beside each, the middleware in its order, and the server around it. It
// holds no screen of its own.
package site

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"time"
)

// Limits of a connection. Streams and exports set their own while they write.
const (
	readHeaderLimit = 10 * time.Second
	readLimit       = 60 * time.Second
	writeLimit      = 60 * time.Second
	pageLimit       = 45 * time.Second // of what a GET does; less than writeLimit, so that there is an answer
	postLimit       = 55 * time.Second // of what a POST does: it is done within it, or nothing of it is
	idleLimit       = 2 * time.Minute
	headerBytes     = 64 << 10
	drainLimit      = 10 * time.Second
)

// idle is memory that is never touched and so takes none. The collector counts it: waste of pages is gone through each
// time about as much has come together, and not whenever a small heap has doubled.
const idle = 32 << 20

// Serve answers on the listener until ctx ends, then lets requests finish. Streams
// are told to end by the context that every request has.
func Serve(ctx context.Context, l net.Listener, h http.Handler, log *slog.Logger) error {
	untouched := make([]byte, idle)
	defer runtime.KeepAlive(untouched)
	requests, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	srv := bounded(h, log)
	srv.BaseContext = func(net.Listener) context.Context { return requests }
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	srv.RegisterOnShutdown(end)
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainLimit)
	defer cancel()
	if err := srv.Shutdown(drain); err != nil {
		return errors.Join(err, srv.Close())
	}
	return nil
}

// bounded is a server in which no client holds a connection for longer than a request may take.
func bounded(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: readHeaderLimit, ReadTimeout: readLimit, WriteTimeout: writeLimit,
		IdleTimeout: idleLimit, MaxHeaderBytes: headerBytes,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}
