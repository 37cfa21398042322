package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"seatledger/internal/postgres/embedded"
)

// server is the private server of one test binary, on a copy of the cached
// cluster. It dies with the binary, however that ends.
type server struct {
	*embedded.Server
	folder *copyFolder
	output *os.File
}

// settings are for data that nobody will miss.
func settings() map[string]string {
	return map[string]string{
		"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
		"autovacuum": "off", "checkpoint_timeout": "1h", "max_wal_size": "256MB",
		"wal_level": "minimal", "max_wal_senders": "0",
		"shared_buffers": "64MB", "max_connections": "200",
	}
}

func options(folder string) embedded.Options {
	return embedded.Options{
		Dir: filepath.Join(folder, "postgres"), BinDir: os.Getenv("SEATLEDGER_POSTGRES_BIN"),
		Settings: settings(), NoSync: true,
	}
}

func startServer(ctx context.Context) (*server, error) {
	cache, err := openCache()
	if err != nil {
		return nil, err
	}
	folder, err := cache.copy(ctx)
	if err != nil {
		return nil, err
	}
	output, err := os.Create(filepath.Join(cache.dir, filepath.Base(os.Args[0])+".log"))
	if err != nil {
		return nil, errors.Join(err, folder.remove())
	}
	o := options(folder.path)
	o.Log = slog.New(slog.NewTextHandler(output, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s, err := embedded.Start(ctx, o)
	if err != nil {
		return nil, errors.Join(err, output.Close(), folder.remove())
	}
	return &server{Server: s, folder: folder, output: output}, nil
}

// remove stops the server and takes its copy away. A fast shutdown would write
// everything to disk first, so the server is cut short.
func (s *server) remove(ctx context.Context, stderr io.Writer) {
	cut, cancel := context.WithCancel(ctx)
	cancel()
	if err := s.Stop(cut); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(stderr, "stop the test server:", err)
	}
	if err := errors.Join(s.output.Close(), s.folder.remove()); err != nil {
		fmt.Fprintln(stderr, "clean up after the test server:", err)
	}
}
