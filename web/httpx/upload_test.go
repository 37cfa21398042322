package httpx_test

import (
	"bufio"
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"seatledger/web/httpx"
)

func multipartBody(t *testing.T, name string, data []byte) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	_ = m.WriteField("note", " hello ")
	if name != "" {
		part, err := m.CreateFormFile("file", name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write(data)
	}
	_ = m.Close()
	return b.String(), m.FormDataContentType()
}

func TestUpload(t *testing.T) {
	t.Parallel()
	take := func(c echo.Context) error {
		f, v, err := httpx.Upload(c, "file")
		if err != nil {
			return err
		}
		return c.String(http.StatusOK, f.Name+"|"+string(f.Data)+"|"+v.Get("note"))
	}
	for name, c := range map[string]struct {
		file string
		data []byte
		want int
		text string
	}{
		"a file":          {"../../prices.csv", []byte("a,b"), 200, "prices.csv|a,b|hello"},
		"no file":         {"", nil, 422, "Choose a file"},
		"an empty file":   {"prices.csv", nil, 422, "Choose a file"},
		"a file too long": {"prices.csv", make([]byte, httpx.UploadLimit+1), 413, ""},
	} {
		body, kind := multipartBody(t, c.file, c.data)
		w := ask{method: http.MethodPost, target: "/x", body: body,
			header: map[string]string{"Content-Type": kind}}.of(site(take, io.Discard))
		if w.Code != c.want || !strings.Contains(w.Body.String(), c.text) {
			t.Errorf("%s: %d %.200s", name, w.Code, w.Body)
		}
	}
}

func TestEventsArriveOneByOne(t *testing.T) {
	t.Parallel()
	next := make(chan struct{})
	e := site(func(c echo.Context) error {
		s, err := httpx.Events(c)
		if err != nil {
			return err
		}
		_ = s.Send(httpx.Progress{Done: 1, Total: 2, Text: "1 of 2"})
		<-next
		_ = s.Ping()
		return s.Send(httpx.Progress{Done: 2, Total: 2, Text: "2 of 2", Values: map[string]string{"added": "12"},
			Final: true})
	}, io.Discard)
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	res, err := http.Get(server.URL + "/x")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	lines.Scan()
	if got := lines.Text(); got != `data: {"done":1,"total":2,"text":"1 of 2","final":false}` {
		t.Errorf("first %q", got)
	}
	close(next)
	var rest []string
	for lines.Scan() {
		rest = append(rest, lines.Text())
	}
	if got := strings.Join(rest, "\n"); !strings.Contains(got, `"values":{"added":"12"},"final":true`) {
		t.Errorf("then %q", got)
	}
}
