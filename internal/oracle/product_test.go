package oracle

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/html"
)

const (
	adminEmail    = "oracle@reseller.example"
	adminPassword = "a sentence for the oracle"
	startLimit    = 60 * time.Second
)

var built struct {
	once sync.Once
	path string
	err  error
}

// binary is the program under test, built once for this run of the tests.
func binary(t testing.TB) string {
	t.Helper()
	if *program != "" {
		return *program
	}
	built.once.Do(func() {
		var dir string
		if dir, built.err = os.MkdirTemp("", "seatledger-oracle-"); built.err != nil {
			return
		}
		built.path = filepath.Join(dir, "seatledger")
		var flags []string
		if flags, built.err = buildFlags(dir); built.err != nil {
			return
		}
		cmd := exec.Command("go", append(append([]string{"build"}, flags...), "-o", built.path, "seatledger/web")...)
		if out, err := cmd.CombinedOutput(); err != nil {
			built.err = fmt.Errorf("go build: %w\n%s", err, out)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.path
}

// product is the program under test, on a data folder of its own.
type product struct {
	bin, dir string
	fault    string // planted; see faults_test.go
	cmd      *exec.Cmd
	log      bytes.Buffer
	base     string
	http     *http.Client
	allow    string // what the address guard lets through
}

func newProduct(t testing.TB, fault string) *product {
	t.Helper()
	return &product{bin: binary(t), dir: t.TempDir(), fault: fault}
}

// at starts the program, or starts it again, with its clock at a moment.
func (p *product) at(moment time.Time) error {
	if err := p.stop(); err != nil {
		return err
	}
	p.cmd = exec.Command(p.bin, "serve")
	p.cmd.Env = append(os.Environ(), "SEATLEDGER_ADDR=127.0.0.1:0", "SEATLEDGER_DATA_DIR="+filepath.Join(p.dir, "data"),
		"SEATLEDGER_CLOCK="+moment.Format(time.RFC3339),
		"SEATLEDGER_ADMIN_EMAIL="+adminEmail, "SEATLEDGER_ADMIN_PASSWORD="+adminPassword, "SEATLEDGER_LOG_LEVEL=warn",
		"SEATLEDGER_FAULT="+p.fault, "SEATLEDGER_OUTBOUND_ALLOW="+p.allow)
	p.log.Reset()
	p.cmd.Stderr = &p.log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := p.cmd.Start(); err != nil {
		return err
	}
	found := make(chan string, 1)
	go func() {
		defer close(found)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if a, ok := strings.CutPrefix(lines.Text(), "listening on "); ok {
				found <- a
			}
		}
	}()
	select {
	case base, ok := <-found:
		if !ok {
			_ = p.cmd.Wait()
			p.cmd = nil
			return fmt.Errorf("the program did not start: %s", p.log.String())
		}
		p.base = base
	case <-time.After(startLimit):
		return fmt.Errorf("the program does not listen after %s", startLimit)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	p.http = &http.Client{Jar: jar, Timeout: time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{MaxIdleConnsPerHost: 8}}
	a, err := p.post("/login", url.Values{"email": {adminEmail}, "password": {adminPassword}})
	if err == nil && a.status != http.StatusSeeOther {
		err = fmt.Errorf("sign-in answers %d", a.status)
	}
	return err
}

func (p *product) stop() error {
	if p.cmd == nil {
		return nil
	}
	cmd := p.cmd
	p.cmd = nil
	_ = cmd.Process.Signal(syscall.SIGTERM)
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-ended:
		return nil
	case <-time.After(startLimit):
		return cmd.Process.Kill()
	}
}

// answer is what a request came to.
type answer struct {
	method, path string
	status       int
	location     string
	body         []byte
}

func (p *product) get(path string) (answer, error) { return p.do(http.MethodGet, path, nil) }

func (p *product) post(path string, form url.Values) (answer, error) {
	return p.do(http.MethodPost, path, form)
}

// upload posts a file and waits until it has been read.
func (p *product) upload(path, text string) (answer, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "file.csv")
	if err != nil {
		return answer{}, err
	}
	if _, err := io.WriteString(part, text); err != nil {
		return answer{}, err
	}
	if err := form.Close(); err != nil {
		return answer{}, err
	}
	a, err := p.send(http.MethodPost, path, form.FormDataContentType(), &body)
	if err == nil && a.status != http.StatusSeeOther {
		err = fmt.Errorf("POST %s answers %d: %s", path, a.status, a.gist())
	}
	return a, err
}

func (p *product) do(method, path string, form url.Values) (answer, error) {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	kind := ""
	if form != nil {
		kind = "application/x-www-form-urlencoded"
	}
	return p.send(method, path, kind, body)
}

func (p *product) send(method, path, kind string, body io.Reader) (answer, error) {
	r, err := http.NewRequest(method, p.base+path, body)
	if err != nil {
		return answer{}, err
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	res, err := p.http.Do(r)
	if err != nil {
		return answer{}, fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer res.Body.Close()
	a := answer{method: method, path: path, status: res.StatusCode, location: res.Header.Get("Location")}
	if a.body, err = io.ReadAll(res.Body); err != nil {
		return a, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if a.status >= 500 {
		return a, fmt.Errorf("%s %s answers %d: %s", method, path, a.status, a.gist())
	}
	return a, nil
}

// id is the last part of where an answer leads.
func (a answer) id() string {
	u, err := url.Parse(a.location)
	if err != nil {
		return ""
	}
	return u.Path[strings.LastIndex(u.Path, "/")+1:]
}

// gist is the text of the page's main part, shortened.
func (a answer) gist() string {
	doc, err := html.Parse(bytes.NewReader(a.body))
	if err != nil {
		return string(a.body)
	}
	var words []string
	var walk func(n *html.Node, in bool)
	walk = func(n *html.Node, in bool) {
		in = in || n.Type == html.ElementNode && n.Data == "main"
		if n.Type == html.TextNode && in {
			words = append(words, strings.Fields(n.Data)...)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, in)
		}
	}
	walk(doc, false)
	text := strings.Join(words, " ")
	if i := strings.Index(text, "real business."); i >= 0 {
		text = text[i+len("real business."):]
	}
	if len(text) > 900 {
		text = text[:900]
	}
	return text
}

// formTo is the form of a page that posts to an address, filled as it stands, with
// every box ticked: a person who read and agrees to all of it.
func (a answer) formTo(action string) (url.Values, bool) {
	doc, err := html.Parse(bytes.NewReader(a.body))
	if err != nil {
		return nil, false
	}
	attr := func(n *html.Node, name string) (string, bool) {
		for _, at := range n.Attr {
			if at.Key == name {
				return at.Val, true
			}
		}
		return "", false
	}
	var form *html.Node
	formID := ""
	var inputs []*html.Node
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			if to, _ := attr(n, "action"); n.Data == "form" && to == action && form == nil {
				form = n
				formID, _ = attr(n, "id")
			}
			if n.Data == "input" {
				inputs = append(inputs, n)
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(doc)
	if form == nil {
		return nil, false
	}
	inside := func(n *html.Node) bool {
		if of, has := attr(n, "form"); has {
			return formID != "" && of == formID
		}
		for ; n != nil; n = n.Parent {
			if n == form {
				return true
			}
		}
		return false
	}
	out := url.Values{}
	for _, n := range inputs {
		name, _ := attr(n, "name")
		kind, _ := attr(n, "type")
		value, has := attr(n, "value")
		_, checked := attr(n, "checked")
		if name == "" || !inside(n) || kind == "submit" || kind == "radio" && !checked {
			continue
		}
		if kind == "checkbox" && !has {
			value = "on"
		}
		out.Add(name, value)
	}
	return out, true
}

// records are the rows of a CSV, by column.
func (p *product) records(path string) ([]map[string]string, error) {
	a, err := p.get(path)
	if err != nil {
		return nil, err
	}
	if a.status != http.StatusOK {
		return nil, fmt.Errorf("GET %s answers %d: %s", path, a.status, a.gist())
	}
	all, err := csv.NewReader(bytes.NewReader(a.body)).ReadAll()
	if err != nil || len(all) == 0 {
		return nil, fmt.Errorf("GET %s is no CSV: %w", path, err)
	}
	var out []map[string]string
	for _, row := range all[1:] {
		r := map[string]string{}
		for i, name := range all[0] {
			r[name] = row[i]
		}
		out = append(out, r)
	}
	return out, nil
}

// selected is the chosen option of a select.
func selected(a answer, name string) string {
	doc, err := html.Parse(bytes.NewReader(a.body))
	if err != nil {
		return ""
	}
	found := ""
	var walk func(n *html.Node, in bool)
	walk = func(n *html.Node, in bool) {
		attrs := map[string]string{}
		for _, at := range n.Attr {
			attrs[at.Key] = at.Val
		}
		if n.Type == html.ElementNode && n.Data == "select" {
			in = attrs["name"] == name
		}
		if _, is := attrs["selected"]; is && in && n.Data == "option" {
			found = attrs["value"]
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, in)
		}
	}
	walk(doc, false)
	return found
}
