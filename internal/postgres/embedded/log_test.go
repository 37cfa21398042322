//go:build linux

package embedded_test

import (
	"bytes"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seatledger/internal/postgres/embedded"
)

func TestTheServersLinesKeepTheirWeight(t *testing.T) {
	t.Parallel()
	var got bytes.Buffer
	w := embedded.LogWriter(slog.New(slog.NewTextHandler(&got,
		&slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: dropTime})))
	for _, part := range []string{
		"LOG:  checkpoint", " starting\n", // a line may come in parts
		"WARNING:  disk nearly full\nHINT:  buy one\n",
		"ERROR:  duplicate key\nDETAIL:  Key (a)=(1) exists.\n\tmore\n",
		"FATAL:  the database system is starting up\n", "FATAL:  out of memory\n",
	} {
		if _, err := io.WriteString(w, part); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		`level=DEBUG msg="checkpoint starting"`,
		`level=WARN msg="disk nearly full"`, `level=WARN msg="HINT:  buy one"`,
		`level=WARN msg="duplicate key"`, `level=WARN msg="DETAIL:  Key (a)=(1) exists."`, `level=WARN msg=more`,
		`level=DEBUG msg="the database system is starting up"`, `level=ERROR msg="out of memory"`,
	}
	lines := strings.Split(strings.TrimSpace(strings.ReplaceAll(got.String(), " from=postgres", "")), "\n")
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
}

func dropTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}
