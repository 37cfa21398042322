package sandbox

import "net/http"

func (s *Server) adminPage(w http.ResponseWriter, r *http.Request) { writeJSON(w, 200, s.state()) }
