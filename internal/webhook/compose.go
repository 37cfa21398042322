package webhook

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/money"
	"seatledger/internal/notify"
)

// notice is what a message tells.
type notice struct {
	ID          uuid.UUID
	At          time.Time
	Kind        notify.Kind
	Severity    notify.Severity
	ObjectType  string
	ObjectID    string
	ObjectName  string
	ProviderID  uuid.NullUUID
	Provider    string
	Text        string
	SeatsLost   int
	SeatsGained int
	MoneyMonth  []money.Amount `gorm:"serializer:json"`
}

// testKind is what a test message is of. No notice is.
const testKind notify.Kind = "test"

func testOf(id uuid.UUID, at time.Time, name string) notice {
	return notice{ID: id, At: at, Kind: testKind, Severity: notify.Info, ObjectType: "webhook", ObjectName: name,
		Text: "This is a test message of Seatledger. Nothing happened."}
}

func (n notice) label() string {
	if n.Kind == testKind {
		return "Test message"
	}
	return n.Kind.Label()
}

// compose writes a message. It is the same on every try.
func (n notice) compose(shape Shape, link string) ([]byte, error) {
	switch shape {
	case Slack:
		return json.Marshal(n.slack(link))
	case Teams:
		return json.Marshal(n.teams(link))
	}
	return json.Marshal(n.standard(link))
}

type named struct {
	Type string `json:"type,omitempty"`
	ID   string `json:"id,omitempty"`
	Name string `json:"name"`
}

type message struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"` // of the event, not of the try
	Data      data      `json:"data"`
}

type data struct {
	ID          uuid.UUID       `json:"id"`
	Kind        notify.Kind     `json:"kind"`
	Label       string          `json:"label"`
	Severity    notify.Severity `json:"severity"`
	Text        string          `json:"text"`
	Object      named           `json:"object"`
	Provider    *named          `json:"provider"`
	SeatsLost   int             `json:"seats_lost"`
	SeatsGained int             `json:"seats_gained"`
	MoneyMonth  []money.Amount  `json:"money_month"`
	URL         string          `json:"url,omitempty"`
}

func (n notice) standard(link string) message {
	m := message{Type: "notice." + string(n.Kind), Timestamp: n.At.UTC(), Data: data{ID: n.ID, Kind: n.Kind,
		Label: n.label(), Severity: n.Severity, Text: n.Text,
		Object:    named{Type: n.ObjectType, ID: n.ObjectID, Name: n.ObjectName},
		SeatsLost: n.SeatsLost, SeatsGained: n.SeatsGained, MoneyMonth: n.MoneyMonth, URL: link}}
	if n.Kind == testKind {
		m.Type = string(testKind)
	}
	if m.Data.MoneyMonth == nil {
		m.Data.MoneyMonth = []money.Amount{}
	}
	if n.ProviderID.Valid {
		m.Data.Provider = &named{ID: n.ProviderID.UUID.String(), Name: n.Provider}
	}
	return m
}

func (n notice) title() string {
	title := n.label()
	if about := n.about(); about != "" {
		title += ": " + about
	}
	return title
}

// about names the object, and the provider where that does not.
func (n notice) about() string {
	if n.Provider == "" || strings.Contains(n.ObjectName, n.Provider) {
		return n.ObjectName
	}
	return strings.TrimPrefix(n.ObjectName+", "+n.Provider, ", ")
}

// facts are the figures of a card, each with its name.
func (n notice) facts() [][2]string {
	var out [][2]string
	if n.SeatsLost > 0 || n.SeatsGained > 0 {
		out = append(out, [2]string{"Seats", fmt.Sprintf("%d lost, %d gained", n.SeatsLost, n.SeatsGained)})
	}
	for _, m := range n.MoneyMonth {
		out = append(out, [2]string{"A month", m.Value.String() + " " + m.Currency})
	}
	return append(out, [2]string{"When", n.At.UTC().Format("2 Jan 2006 15:04 MST")})
}

// Slack gives plain text no meaning, so nothing that a distributor sent can mention anybody or lead anywhere.
func (n notice) slack(link string) any {
	type text struct {
		Type  string `json:"type"`
		Text  string `json:"text"`
		Emoji *bool  `json:"emoji,omitempty"`
	}
	type block struct {
		Type     string `json:"type"`
		Text     *text  `json:"text,omitempty"`
		Elements []text `json:"elements,omitempty"`
	}
	no := false
	plain := func(s string, most int) text { return text{Type: "plain_text", Text: cut(s, most), Emoji: &no} }
	head, body := plain(n.title(), 150), plain(n.Text, 3000)
	var foot []string
	for _, f := range n.facts() {
		foot = append(foot, f[0]+": "+f[1])
	}
	blocks := []block{{Type: "header", Text: &head}, {Type: "section", Text: &body},
		{Type: "context", Elements: []text{plain(strings.Join(foot, " · "), 2000)}}}
	if link != "" {
		blocks = append(blocks, block{Type: "context",
			Elements: []text{{Type: "mrkdwn", Text: "<" + link + "|Open in Seatledger>"}}})
	}
	return struct {
		Text   string  `json:"text"` // where blocks are not shown, as in a list of notifications
		Blocks []block `json:"blocks"`
	}{strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(cut(n.title(), 300)), blocks}
}

// A RichTextBlock shows words as they are; a TextBlock would read them as Markdown.
func (n notice) teams(link string) any {
	type run struct {
		Type   string `json:"type"`
		Text   string `json:"text"`
		Weight string `json:"weight,omitempty"`
		Size   string `json:"size,omitempty"`
		Color  string `json:"color,omitempty"`
	}
	type block struct {
		Type    string `json:"type"`
		Inlines []run  `json:"inlines"`
	}
	type action struct {
		Type  string `json:"type"`
		Title string `json:"title"`
		URL   string `json:"url"`
	}
	color := map[notify.Severity]string{notify.Bad: "Attention", notify.Warn: "Warning"}[n.Severity]
	card := map[string]any{"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard",
		"version": "1.4"}
	blocks := []block{
		{"RichTextBlock", []run{{Type: "TextRun", Text: cut(n.title(), 300), Weight: "Bolder", Size: "Medium",
			Color: color}}},
		{"RichTextBlock", []run{{Type: "TextRun", Text: cut(n.Text, 5000)}}}}
	for _, f := range n.facts() {
		blocks = append(blocks, block{"RichTextBlock", []run{{Type: "TextRun", Text: f[0] + ": " + f[1],
			Size: "Small"}}})
	}
	card["body"] = blocks
	if link != "" {
		card["actions"] = []action{{Type: "Action.OpenUrl", Title: "Open in Seatledger", URL: link}}
	}
	return map[string]any{"type": "message", "attachments": []any{map[string]any{
		"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": nil, "content": card}}}
}

// cut keeps the beginning of what is too long for a field.
func cut(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most-1]) + "…"
}
