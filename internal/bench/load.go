package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// target is a server that is asked for pages.
type target struct {
	host   string
	cookie string
}

// rate is how fast a page came.
type rate struct {
	perSecond float64
	n         int
	bytes     int64 // of one page
	late      bool  // not one came in time
}

// answered is an answer that is not the page.
type answered struct{ status string }

func (a answered) Error() string { return "answered " + a.status }

// patience is how long a page is waited for.
const patience = 60 * time.Second

// pages asks for one address over so many connections at once for as long as slice, and counts the
// pages that came whole. What was begun in that time is waited for, so that a slow page counts too.
func (t target) pages(ctx context.Context, path string, conns int, slice time.Duration) (rate, error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	var n int
	var size int64
	var failed error
	began := time.Now()
	for range conns {
		wg.Go(func() {
			count, bytes, err := t.loop(ctx, path, began.Add(slice))
			mu.Lock()
			defer mu.Unlock()
			n += count
			if bytes > 0 {
				size = bytes
			}
			if err != nil {
				failed = err
			}
		})
	}
	wg.Wait()
	if refused := (answered{}); failed != nil && (n > 0 || errors.As(failed, &refused)) {
		return rate{}, fmt.Errorf("%s: %w", path, failed)
	}
	if n == 0 {
		return rate{late: true}, nil
	}
	return rate{perSecond: float64(n) / time.Since(began).Seconds(), n: n, bytes: size}, nil
}

func (t target) loop(ctx context.Context, path string, until time.Time) (n int, size int64, err error) {
	conn, in, err := t.dial(ctx, until)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = conn.Close() }()
	request := []byte("GET " + path + " HTTP/1.1\r\nHost: " + t.host + "\r\nAccept: text/html\r\nCookie: " + t.cookie +
		"\r\n\r\n")
	for time.Now().Before(until) && ctx.Err() == nil {
		if _, err := conn.Write(request); err != nil {
			return n, size, err
		}
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			return n, size, err
		}
		size, err = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if err == nil && resp.StatusCode != http.StatusOK {
			err = answered{resp.Status}
		}
		if err != nil {
			return n, size, err
		}
		n++
		if resp.Close { // the other side keeps no connections
			_ = conn.Close()
			if conn, in, err = t.dial(ctx, until); err != nil {
				return n, size, err
			}
		}
	}
	return n, size, ctx.Err()
}

func (t target) dial(ctx context.Context, until time.Time) (net.Conn, *bufio.Reader, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", t.host)
	if err != nil {
		return nil, nil, err
	}
	return conn, bufio.NewReaderSize(conn, 64<<10), conn.SetDeadline(until.Add(patience))
}
