package mailpit

import (
	"bufio"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// Gate stands between us and a server and holds the server's answer to one mail back: the server
// has the mail by then, and we do not know.
type Gate struct {
	Host string
	Port int
	// Held is closed when the server has said yes and its word is held back.
	Held chan struct{}

	once    sync.Once
	mu      sync.Mutex
	conns   []net.Conn
	release chan bool
}

// NewGate makes a gate before a server that is spoken to openly.
func NewGate(t testing.TB, to *Server) *Gate {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().(*net.TCPAddr)
	g := &Gate{Host: "127.0.0.1", Port: at.Port, Held: make(chan struct{}), release: make(chan bool)}
	t.Cleanup(func() { l.Close(); g.Cut() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go g.serve(c, to.Addr())
		}
	}()
	return g
}

func (g *Gate) serve(c net.Conn, to string) {
	defer c.Close()
	far, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer far.Close()
	g.mu.Lock()
	g.conns = append(g.conns, c, far)
	g.mu.Unlock()
	go func() { _, _ = io.Copy(far, c) }()
	lines, content := bufio.NewReader(far), false
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		if content && strings.HasPrefix(line, "250") {
			g.once.Do(func() { close(g.Held) })
			if !<-g.release {
				return
			}
		}
		content = strings.HasPrefix(line, "354")
		if _, err := io.WriteString(c, line); err != nil {
			return
		}
	}
}

// Release lets the answer through that is held back.
func (g *Gate) Release() { g.release <- true }

// Cut breaks every connection.
func (g *Gate) Cut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range g.conns {
		c.Close()
	}
}
