package mail_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/mail"
)

// stubborn is a mail server that hangs in one conversation: it takes the call and says nothing, or takes the content
// and never says yes. To all others it answers.
type stubborn struct {
	port  int
	hangs chan bool   // true: it has the content
	took  chan string // the recipient of a mail that it said yes to
	cut   func()      // breaks all conversations
}

func hung(t *testing.T, mute bool) *stubborn {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &stubborn{port: l.Addr().(*net.TCPAddr).Port, hangs: make(chan bool, 1), took: make(chan string, 10)}
	over, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	s.cut = stop
	t.Cleanup(func() { stop(); _ = l.Close() })
	go func() {
		for first := true; ; first = false {
			c, err := l.Accept()
			if err != nil {
				return
			}
			context.AfterFunc(over, func() { _ = c.Close() })
			if first && mute {
				s.hangs <- false
				continue
			}
			go s.serve(c, first)
		}
	}()
	return s
}

func (s *stubborn) serve(c net.Conn, hang bool) {
	say := func(text string) { _, _ = fmt.Fprintf(c, "%s\r\n", text) }
	say("220 stubborn.example")
	lines, to, content := bufio.NewScanner(c), "", false
	for lines.Scan() {
		line := lines.Text()
		switch {
		case content && line != ".":
		case content && hang:
			s.hangs <- true
			return // it neither answers nor hangs up
		case content:
			content = false
			s.took <- to
			say("250 taken")
		case line == "DATA":
			content = true
			say("354 go on")
		case line == "QUIT":
			say("221 bye")
			_ = c.Close()
			return
		default:
			if strings.HasPrefix(line, "RCPT TO:") {
				to = line
			}
			say("250 well")
		}
	}
}

// The server hangs over the first mail's content; the second goes out meanwhile.
func TestAMailThatTheServerHangsOverHoldsNoOtherUp(t *testing.T) {
	t.Parallel()
	w, far := newWorld(t), hung(t, false)
	w.save(open("127.0.0.1", far.port))
	w.mail.Limits.Others = time.Millisecond
	first, second := w.queue(letter("ap@contoso.example")), w.queue(letter("bo@contoso.example"))
	done := make(chan error, 1)
	go func() { done <- w.mail.Work(t.Context()) }()
	<-far.hangs
	if to := <-far.took; !strings.Contains(to, "bo@contoso.example") {
		t.Errorf("it took the mail of %s", to)
	}
	third := w.queue(letter("cy@contoso.example")) // queued while the first still hangs
	if to := <-far.took; !strings.Contains(to, "cy@contoso.example") {
		t.Errorf("it took the mail of %s", to)
	}
	if m := w.get(first); m.State != mail.Sending {
		t.Errorf("while the server hangs: %s", m.State)
	}
	far.cut()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if m := w.get(first); m.State != mail.Unknown {
		t.Errorf("the mail that it hung over is %s: %s", m.State, m.Answer)
	}
	for _, id := range []uuid.UUID{second, third} {
		if m := w.get(id); m.State != mail.Sent {
			t.Errorf("another is %s: %s", m.State, m.Answer)
		}
	}
}

// What hangs before the content is tried again; what hangs with it is perhaps sent.
func TestAConversationThatHangsIsEnded(t *testing.T) {
	t.Parallel()
	for name, mute := range map[string]bool{"at the greeting": true, "over the content": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, far := newWorld(t), hung(t, mute)
			w.save(open("127.0.0.1", far.port))
			w.mail.Limits = mail.Limits{Answer: 3 * time.Second, Data: time.Second}
			if mute {
				w.mail.Limits.Answer = 100 * time.Millisecond
			}
			id := w.queue(letter("ap@contoso.example"))
			w.work()
			if has := <-far.hangs; has {
				if m := w.get(id); m.State != mail.Unknown {
					t.Errorf("%s: %s", m.State, m.Answer)
				}
				return
			}
			if m, l := w.get(id), w.line(); m.State != mail.Queued ||
				!strings.Contains(l.Trouble, "took the call and said nothing") {
				t.Errorf("%s; %+v", m.State, l)
			}
			w.mail.Limits = mail.Limits{}
			w.clock.Advance(2 * time.Minute)
			w.work()
			if m := w.get(id); m.State != mail.Sent {
				t.Errorf("tried again it is %s: %s", m.State, m.Answer)
			}
		})
	}
}
