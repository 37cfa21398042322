// Package mailpit starts a real SMTP server as a process of its own, for one test, and reads what
// it took. The server is built from a Go module that is pinned in internal/tools/mailserver.
package mailpit

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Options says what the server wants and offers. The zero Options take everything, open.
type Options struct {
	Cert, Key string // files: it offers STARTTLS
	Direct    bool   // TLS from the first byte, with Cert and Key
	User      string // with Password: it wants a sign-in
	Password  string
	Allowed   string // a pattern of recipients; others are refused with 550
	Chaos     string // as Recipient:451:100
	MaxMB     int    // of one message; it says so (SIZE)
}

// Server is a running server. It ends with the test.
type Server struct {
	Host string
	Port int
	api  string
	t    testing.TB
}

// Addr is where it takes mail.
func (s *Server) Addr() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// Start starts a server. Where it cannot be built the test skips, or fails when SEATLEDGER_TEST_REQUIRE=all.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	program, err := built()
	if err != nil {
		if os.Getenv("SEATLEDGER_TEST_REQUIRE") == "all" {
			t.Fatalf("mailpit: %v", err)
		}
		t.Skipf("mailpit: %v", err)
	}
	const tries = 5 // a port that was free may be taken meanwhile
	var last string
	for range tries {
		s, said := start(t, program, o)
		if s != nil {
			return s
		}
		last = said
	}
	t.Fatalf("mailpit does not start: %s", last)
	return nil
}

func start(t testing.TB, program string, o Options) (*Server, string) {
	t.Helper()
	dir := t.TempDir()
	s := &Server{Host: "127.0.0.1", Port: freePort(t), api: fmt.Sprintf("127.0.0.1:%d", freePort(t)), t: t}
	args := []string{"--smtp", s.Addr(), "--listen", s.api, "--database", filepath.Join(dir, "mails.db"),
		"--disable-version-check", "--smtp-disable-rdns", "--verbose"}
	if o.Cert != "" {
		args = append(args, "--smtp-tls-cert", o.Cert, "--smtp-tls-key", o.Key)
	}
	if o.Direct {
		args = append(args, "--smtp-require-tls")
	}
	if o.User != "" {
		file := filepath.Join(dir, "users")
		if err := os.WriteFile(file, []byte(o.User+":"+o.Password+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--smtp-auth-file", file)
		if o.Cert == "" {
			args = append(args, "--smtp-auth-allow-insecure")
		}
	}
	if o.Allowed != "" {
		args = append(args, "--smtp-allowed-recipients", o.Allowed)
	}
	if o.MaxMB > 0 {
		args = append(args, "--max-message-size", strconv.Itoa(o.MaxMB))
	}
	args = append(args, "--enable-chaos")
	if o.Chaos != "" {
		args = append(args, "--chaos-triggers", o.Chaos)
	}
	if said := s.run(exec.Command(program, args...)); said != "" {
		return nil, said
	}
	return s, ""
}

// run starts the process; what it said, when it ended before it was ready.
func (s *Server) run(c *exec.Cmd) string {
	s.t.Helper()
	var log bytes.Buffer
	var mu sync.Mutex
	c.Stdout = locked{&log, &mu}
	c.Stderr = c.Stdout
	c.Env = append(os.Environ(), "TZ=UTC")
	if err := c.Start(); err != nil {
		s.t.Fatalf("mailpit: %v", err)
	}
	ended := make(chan struct{})
	go func() { _ = c.Wait(); close(ended) }()
	s.t.Cleanup(func() { _ = c.Process.Kill(); <-ended })
	for {
		if s.ready() {
			return ""
		}
		select {
		case <-ended:
			mu.Lock()
			defer mu.Unlock()
			return "it ended: " + log.String()
		case <-s.t.Context().Done():
			return "the test is over"
		case <-time.After(20 * time.Millisecond):
		}
	}
}

type locked struct {
	w  io.Writer
	mu *sync.Mutex
}

func (l locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

func (s *Server) ready() bool {
	r, err := http.Get("http://" + s.api + "/readyz")
	if err != nil {
		return false
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		return false
	}
	c, err := net.Dial("tcp", s.Addr())
	if err != nil {
		return false
	}
	return c.Close() == nil
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// Message is one that the server took.
type Message struct {
	ID        string
	MessageID string
	Subject   string
	From      Address
	To        []Address
	ReplyTo   []Address
	Bcc       []Address
	Text      string
	Raw       string
	Files     map[string][]byte
}

// Address is a name with an address.
type Address struct{ Name, Address string }

// Messages are those that it took, the newest first.
func (s *Server) Messages() []Message {
	s.t.Helper()
	var found struct{ Messages []Message }
	s.get("/api/v1/messages?limit=500", &found)
	return found.Messages
}

// Only is the one message that it took, whole; the test ends when there are none or several.
func (s *Server) Only() Message {
	s.t.Helper()
	all := s.Messages()
	if len(all) != 1 {
		s.t.Fatalf("the server has %d messages, want one: %+v", len(all), all)
	}
	return s.Whole(all[0].ID)
}

// Whole reads a message with its text and files.
func (s *Server) Whole(id string) Message {
	s.t.Helper()
	var m struct {
		Message
		Attachments []struct{ PartID, FileName string }
	}
	s.get("/api/v1/message/"+id, &m)
	m.Raw = string(s.read("/api/v1/message/" + id + "/raw"))
	m.Files = map[string][]byte{}
	for _, a := range m.Attachments {
		m.Files[a.FileName] = s.read("/api/v1/message/" + id + "/part/" + a.PartID)
	}
	return m.Message
}

// SetChaos has the server fail from now on, as "Recipient" with 451; code 0 ends it.
func (s *Server) SetChaos(trigger string, code int) {
	s.t.Helper()
	body := "{}"
	if code > 0 {
		body = fmt.Sprintf(`{"%s":{"ErrorCode":%d,"Probability":100}}`, trigger, code)
	}
	r, err := http.NewRequest(http.MethodPut, "http://"+s.api+"/api/v1/chaos", strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(answer.Body)
		s.t.Fatalf("chaos: %s: %s", answer.Status, said)
	}
}

func (s *Server) get(path string, into any) {
	s.t.Helper()
	if err := json.Unmarshal(s.read(path), into); err != nil {
		s.t.Fatalf("mailpit %s: %v", path, err)
	}
}

func (s *Server) read(path string) []byte {
	s.t.Helper()
	r, err := http.Get("http://" + s.api + path)
	if err != nil {
		s.t.Fatalf("mailpit: %v", err)
	}
	defer r.Body.Close()
	all, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		s.t.Fatalf("mailpit %s: %s %s %v", path, r.Status, all, err)
	}
	return all
}

// built is the program, made once for each version of its module in the user's cache folder.
var built = sync.OnceValues(func() (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	mod := filepath.Join(root, "internal/tools/mailserver/go.mod")
	text, err := os.ReadFile(mod)
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	dir := filepath.Join(cache, "seatledger", "mailpit")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	program := filepath.Join(dir, "mailpit-"+version(string(text)))
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	return program, build(root, mod, program)
})

func build(root, mod, program string) error {
	const limit = 15 * time.Minute
	ctx, done := context.WithTimeout(context.Background(), limit)
	defer done()
	fresh := fmt.Sprintf("%s.%d", program, os.Getpid())
	c := exec.CommandContext(ctx, "go", "build", "-modfile="+mod, "-o", fresh, "github.com/axllent/mailpit")
	c.Dir = root
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("build the mail server for tests: %w: %s", err, out)
	}
	return os.Rename(fresh, program)
}

func version(mod string) string {
	for _, line := range strings.Split(mod, "\n") {
		if f := strings.Fields(line); len(f) >= 2 && f[0] == "github.com/axllent/mailpit" {
			return f[1]
		}
	}
	return "unknown"
}

func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, found := os.Stat(filepath.Join(dir, "go.mod")); found == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("no go.mod above %s", dir)
		}
		dir = up
	}
	return "", err
}
