package site

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"golang.org/x/sync/semaphore"

	"seatledger/internal/errs"
	"seatledger/internal/pace"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Class is what a request may become. docs/security/bounds.md says each in words and lists every route under one.
type Class string

// The classes.
const (
	PageClass   Class = "page"
	FormClass   Class = "form"
	LogoClass   Class = "form with a picture"
	UploadClass Class = "upload"
	LongClass   Class = "long upload"
	RunClass    Class = "run"
	FileClass   Class = "file"
	StreamClass Class = "stream"
)

// Bound is what stands of a class in the table.
type Bound struct {
	Body   int64         // bytes that are read of a request at most
	Limit  time.Duration // for all of it; 0: as long as whoever reads keeps up
	AtOnce int64         // of one person, in one process; the others wait; 0: not counted
	Often  pace.Kind     // counted of one person, by all processes together; empty: not counted
}

// heavyAtOnce is how many files one person is given, or gives, at the same time.
const heavyAtOnce = 4

func boundOf(c Class) Bound {
	switch c {
	case PageClass:
		return Bound{Limit: pageLimit}
	case LogoClass:
		return Bound{Body: 2 * httpx.FormLimit, Limit: postLimit}
	case UploadClass:
		return Bound{Body: httpx.UploadLimit + httpx.FormLimit, Limit: postLimit, AtOnce: heavyAtOnce,
			Often: pace.Uploads}
	case LongClass:
		return Bound{Body: httpx.LongLimit + httpx.FormLimit, Limit: postLimit, AtOnce: heavyAtOnce,
			Often: pace.Uploads}
	case RunClass:
		return Bound{Body: httpx.FormLimit, Limit: postLimit, Often: pace.Runs}
	case FileClass:
		return Bound{AtOnce: heavyAtOnce, Often: pace.Files}
	case StreamClass:
		return Bound{}
	}
	return Bound{Body: httpx.FormLimit, Limit: postLimit}
}

// class is what a request to an address of the route may become.
func (r route) class(path string) Class {
	switch {
	case r.takes != "":
		return r.takes
	case r.method == http.MethodPost:
		return FormClass
	case r.stream:
		return StreamClass
	case isFile(path):
		return FileClass
	}
	return PageClass
}

// takes is a route whose form is of another class than an ordinary one.
func takes(c Class, r route) route { r.takes = c; return r }

// fits refuses a body that says itself that it is too large, before anything of it is read, and cuts the others off
// at their bound. Who uploads is answered by whoever reads the file, who lets the sender come to an end first.
func fits(c Class) echo.MiddlewareFunc {
	most := boundOf(c).Body
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			if r.ContentLength > most {
				return echo.NewHTTPError(http.StatusRequestEntityTooLarge)
			}
			r.Body = http.MaxBytesReader(c.Response(), r.Body, most)
			return next(c)
		}
	}
}

// shares keeps one person's heavy requests from taking what all need: no more than a few go on at once, and the
// others of that person wait for them.
type shares struct {
	mu sync.Mutex
	of map[uuid.UUID]*share
}

type share struct {
	room  *semaphore.Weighted
	users int
}

func newShares() *shares { return &shares{of: map[uuid.UUID]*share{}} }

func (s *shares) take(id uuid.UUID) *share {
	s.mu.Lock()
	defer s.mu.Unlock()
	own := s.of[id]
	if own == nil {
		own = &share{room: semaphore.NewWeighted(heavyAtOnce)}
		s.of[id] = own
	}
	own.users++
	return own
}

func (s *shares) leave(id uuid.UUID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if own := s.of[id]; own != nil {
		if own.users--; own.users == 0 {
			delete(s.of, id)
		}
	}
}

// asker is who a request is counted for: the person, or the token that it came with.
func asker(c echo.Context) uuid.UUID {
	if token := session.TokenID(c); token != uuid.Nil {
		return token
	}
	return session.User(c).ID
}

// paced refuses who asks for what is dear oftener than anybody needs to.
func paced(book pace.Book, k pace.Kind) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			wait, err := book.Ask(c.Request().Context(), asker(c), k)
			if err != nil {
				return err
			}
			if wait == 0 {
				return next(c)
			}
			c.Response().Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
			return errs.Newf(errs.TooMany,
				"You asked for %d %s within ten minutes, which is as many as one person may. "+
					"Nothing was changed; try again in %d minutes.", k.Most(), pacedWords(k),
				int(math.Ceil(wait.Minutes())))
		}
	}
}

func pacedWords(k pace.Kind) string {
	if k == pace.Runs {
		return "runs and previews"
	}
	return string(k)
}

// fair lets a person's heavy request wait until there is room for it.
func (s *shares) fair(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id := asker(c)
		own := s.take(id)
		defer s.leave(id)
		ctx, done := context.WithTimeout(c.Request().Context(), pageLimit)
		err := own.room.Acquire(ctx, 1)
		done()
		if errors.Is(err, context.DeadlineExceeded) {
			return errs.Newf(errs.Unavailable, "You have %d files under way at once. Nothing was changed; wait "+
				"until one "+
				"of them is through, and try again.", heavyAtOnce)
		}
		if err != nil {
			return err
		}
		defer own.room.Release(1)
		return next(c)
	}
}

// isUpload tells whether a class is answered by whoever reads the file.
func (c Class) isUpload() bool { return strings.HasSuffix(string(c), "upload") }
