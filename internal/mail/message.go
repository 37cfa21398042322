package mail

import (
	"bytes"
	"fmt"
	netmail "net/mail"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
)

// message is one mail as it travels.
type message struct {
	from Server
	id   string // Message-ID, without its brackets
	mail Mail
	at   time.Time
	with []File
}

// messageID is the name under which a mail is known to every server on its way. It is the same at
// every try.
func messageID(srv Server, m Mail) string {
	_, domain, _ := strings.Cut(srv.FromAddress, "@")
	return m.ID.String() + "@" + domain
}

// written is the message as bytes. The copy of the house stands in no header.
func (m message) written() ([]byte, error) {
	out := mail.NewMsg(mail.WithNoDefaultUserAgent())
	out.FromMailAddress(&netmail.Address{Name: Line(m.from.FromName), Address: m.from.FromAddress})
	var to []*netmail.Address
	for _, r := range m.mail.Recipients {
		if !r.Copy {
			to = append(to, &netmail.Address{Address: r.Address})
		}
	}
	out.ToMailAddress(to...)
	if m.from.ReplyTo != "" {
		out.ReplyToMailAddress(&netmail.Address{Address: m.from.ReplyTo})
	}
	out.Subject(Line(m.mail.Subject))
	out.SetMessageIDWithValue(m.id)
	out.SetDateWithValue(m.at)
	out.SetGenHeader("Content-Language", m.mail.Language)
	if m.mail.Kind != Invoice {
		out.SetGenHeader("Auto-Submitted", "auto-generated") // no answer of a machine to a machine
	}
	out.SetBodyString(mail.TypeTextPlain, text(m.mail.Body))
	for _, f := range m.with {
		err := out.AttachReader(Line(f.Name), bytes.NewReader(f.Data), mail.WithFileContentType(mail.ContentType(f.Type)))
		if err != nil {
			return nil, fmt.Errorf("attach %s: %w", f.Name, err)
		}
	}
	var b bytes.Buffer
	if _, err := out.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("write mail %s: %w", m.mail.ID, err)
	}
	return b.Bytes(), nil
}

// text has the line ends of mail.
func text(s string) string {
	return strings.ReplaceAll(strings.TrimRight(readable(s), "\n")+"\n", "\n", "\r\n")
}

// readable is a text without what is none.
func readable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ReplaceAll(s, "\r\n", "\n"))
}
