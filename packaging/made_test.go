//go:build linux && packages

package packaging_test

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"seatledger/internal/testkit/pgtest"
)

// made is the folder with what `task package` made: image.oci.tar and two Debian packages, one version after the other.
func made(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("SEATLEDGER_PACKAGES")
	if folder == "" {
		t.Fatal("nothing was made: task package")
	}
	return folder
}

type descriptor struct{ Digest, MediaType string }

// unpacked lays an image's files out, as a runtime does, and proves each blob by its name.
func unpacked(t *testing.T, archive string) (root string, cfg struct {
	Config struct {
		User            string
		Entrypoint, Cmd []string
		Env             []string
	}
}) {
	t.Helper()
	blobs := map[string][]byte{}
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		blobs[h.Name] = b
	}
	blob := func(digest string) []byte {
		b, ok := blobs["blobs/"+strings.Replace(digest, ":", "/", 1)]
		if !ok || fmt.Sprintf("sha256:%x", sha256.Sum256(b)) != digest {
			t.Fatalf("%s is not in the archive as it is named", digest)
		}
		return b
	}
	into := func(b []byte, v any) {
		if err := json.Unmarshal(b, v); err != nil {
			t.Fatal(err)
		}
	}
	var index struct{ Manifests []descriptor }
	into(blobs["index.json"], &index)
	var manifest struct {
		Config descriptor
		Layers []descriptor
	}
	into(blob(index.Manifests[0].Digest), &manifest)
	into(blob(manifest.Config.Digest), &cfg)
	root = t.TempDir()
	for _, layer := range manifest.Layers {
		z, err := gzip.NewReader(bytes.NewReader(blob(layer.Digest)))
		if err != nil {
			t.Fatal(err)
		}
		extract := exec.Command("tar", "-x", "--same-owner", "-p", "-C", root)
		extract.Stdin = z
		if out, err := extract.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	return root, cfg
}

// TestTheImageRunsAsNobodyOnARootThatCannotBeWritten unpacks the image and runs it in a sandbox of its own: another
// user, no capability, a root that is read only, a database of ours.
func TestTheImageRunsAsNobodyOnARootThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	archive := filepath.Join(made(t), "image.oci.tar")
	bwrap := has(t, "bwrap")
	root, cfg := unpacked(t, archive)
	if cfg.Config.User != "65532:65532" || len(cfg.Config.Entrypoint) != 1 {
		t.Fatalf("the image says %+v", cfg.Config)
	}
	db := pgtest.New(t)
	secrets, data := t.TempDir(), t.TempDir()
	inside := []string{"--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--uid", "65532", "--gid",
		"65532", "--cap-drop", "ALL", "--die-with-parent", "--new-session", "--ro-bind", root, "/", "--proc", "/proc",
		"--dev", "/dev", "--tmpfs", "/tmp", "--bind", data, "/var/lib/seatledger", "--ro-bind", secrets, "/run/secrets",
		"--clearenv"}
	if os.Getuid() == 0 { // inside it is 65532 that looks at them, and that is root here
		for _, dir := range []string{data, secrets} {
			if err := os.Chmod(dir, 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, e := range append(cfg.Config.Env, "SEATLEDGER_DATABASE_URL="+overTCP(t, db.AppURL()),
		"SEATLEDGER_ADDR=127.0.0.1:0", "SEATLEDGER_MASTER_KEY_FILE=/var/lib/seatledger/key") {
		name, value, _ := strings.Cut(e, "=")
		inside = append(inside, "--setenv", name, value)
	}
	verb := func(args ...string) *exec.Cmd {
		return exec.Command(bwrap, append(append(inside, cfg.Config.Entrypoint...), args...)...)
	}
	if out, err := verb("keys", "new", "/usr/key").CombinedOutput(); err == nil ||
		!strings.Contains(string(out), "read-only") {
		t.Errorf("it can write into its root: %v\n%s", err, out)
	}
	if out, err := verb("keys", "new", "/var/lib/seatledger/key").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	serve := verb(cfg.Config.Cmd...)
	served(t, serve)
}

// overTCP gives a way to a server that listens on a socket alone, whose folder another user may not enter.
func overTCP(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	folder := query.Get("host")
	if folder == "" {
		return address
	}
	port := query.Get("port")
	if port == "" {
		port = "5432"
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			to, err := net.Dial("unix", filepath.Join(folder, ".s.PGSQL."+port))
			if err != nil {
				_ = from.Close()
				continue
			}
			both := func(a, b net.Conn) {
				_, _ = io.Copy(a, b)
				_ = a.Close()
			}
			go both(from, to)
			go both(to, from)
		}
	}()
	query.Del("host")
	query.Del("port")
	query.Set("sslmode", "disable")
	u.Host, u.RawQuery = l.Addr().String(), query.Encode()
	return u.String()
}

// served starts the program, asks it, and stops it as a supervisor does.
func served(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	base := ""
	lines := bufio.NewScanner(out)
	for base == "" && lines.Scan() {
		base, _ = strings.CutPrefix(lines.Text(), "listening on ")
	}
	if base == "" {
		_ = cmd.Wait()
		t.Fatalf("it does not come up:\n%s", log.String())
	}
	res, err := http.Get(base + "/healthz")
	if err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("%v", err)
	} else {
		_ = res.Body.Close()
	}
	for page, want := range map[string]string{"/setup": "First administrator", "/static/css/app.css": ""} {
		res, err := http.Get(base + page)
		if err != nil {
			t.Error(err)
			continue
		}
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if want != "" && res.StatusCode != http.StatusOK {
			t.Errorf("%s: %d\n%.300s", page, res.StatusCode, body)
		}
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case <-done:
	case <-time.After(time.Minute):
		_ = cmd.Process.Kill()
		t.Error("it does not stop")
	}
}

// TestThePackageIsInstalledUpgradedAndRemovedTwice does so on a copy of this machine's files that is thrown away: a
// mount namespace of its own with an overlay over the root.
func TestThePackageIsInstalledUpgradedAndRemovedTwice(t *testing.T) {
	t.Parallel()
	folder := made(t)
	has(t, "dpkg")
	if os.Getuid() != 0 {
		t.Fatal("needs root, for a mount namespace of its own")
	}
	out, err := exec.Command("unshare", "-m", "--propagation", "private",
		"sh", "-e", "walk.sh", folder).CombinedOutput()
	t.Logf("%s", out)
	if err != nil || !strings.Contains(string(out), "all of it twice") {
		t.Errorf("%v", err)
	}
}
