package sandbox

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"seatledger/internal/clock"
)

// Server is a sandbox that can be served and changed. It is safe for concurrent use.
type Server struct {
	store      *store
	tokens     *tokens
	operations *operations
	journal    journal
	faultList  faultList
	handler    http.Handler
	replay     *replay // nil: the sandbox's own data

	mu          sync.RWMutex
	base        clock.Clock
	offset      time.Duration // set by the admin face
	behaviour   Behaviour
	credentials []Credential
}

// New makes a sandbox with its data.
func New(o Options) (*Server, error) {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	s := &Server{base: o.Clock, behaviour: DefaultBehaviour(), credentials: o.Credentials}
	if o.Behaviour != nil {
		s.behaviour = *o.Behaviour
	}
	if o.Latency > 0 {
		s.behaviour.LatencyMillis = int(o.Latency.Milliseconds())
	}
	if err := s.behaviour.check(); err != nil {
		return nil, err
	}
	if s.credentials == nil {
		s.credentials = DefaultCredentials()
	}
	if o.Data.Today.IsZero() {
		o.Data.Today = clock.DateOf(o.Clock.Now(), time.UTC)
	}
	s.store = newStore(NewData(o.Data), s.now)
	s.tokens, s.operations = newTokens(s.now), newOperations()
	if o.Replay != nil {
		var err error
		if s.replay, err = readReplay(o.Replay); err != nil {
			return nil, err
		}
	}
	s.handler = s.routes()
	return s, nil
}

// Handler serves both faces and the admin face.
func (s *Server) Handler() http.Handler { return s.handler }

// now is the clock as the admin face has set it.
func (s *Server) now() time.Time {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.base.Now().Add(s.offset)
}

func (s *Server) behave() Behaviour {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.behaviour
}

// routes is the table of contents of the server.
func (s *Server) routes() http.Handler {
	faces := http.NewServeMux()
	s.tokenRoutes(faces)
	if s.replay != nil {
		faces.HandleFunc("POST /webservice/auth/token", s.legacyLogin)
		faces.Handle("/", s.replayed())
	} else {
		s.stellrRoutes(faces)
		s.legacyRoutes(faces)
		faces.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.noRoute(w, r, faces) })
	}

	outside, admin := s.exchanges(s.faults(s.strictPath(faces))), s.adminOnly(s.adminRoutes())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/_sandbox/") {
			admin.ServeHTTP(w, r)
			return
		}
		outside.ServeHTTP(w, r)
	})
}

// strictPath keeps ServeMux from redirecting an unclean path: the real server
// knows no such path either.
func (s *Server) strictPath(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "//") || strings.Contains(r.URL.Path, "/.") {
			s.noResource(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// noRoute answers what no pattern took: another method of a known path, or an unknown path.
func (s *Server) noRoute(w http.ResponseWriter, r *http.Request, mux *http.ServeMux) {
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := mux.Handler(other); pattern != "/" {
			w.Header().Set("Allow", method)
			s.fail(w, r, &apiError{http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED",
				"Request method '" + r.Method + "' is not supported."})
			return
		}
	}
	s.noResource(w, r)
}

func (s *Server) noResource(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, noSuchPath(r))
}

// noSuchPath has the words of the real server.
func noSuchPath(r *http.Request) error {
	return &apiError{http.StatusNotFound, "NOT_FOUND",
		"No static resource " + strings.TrimPrefix(r.URL.Path, "/") + "."}
}
