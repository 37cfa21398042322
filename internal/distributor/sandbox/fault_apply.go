package sandbox

import "net/http"

func faultKinds() map[string]bool { return map[string]bool{} }

func poisonVariants() []string { return nil }

func (s *Server) faults(next http.Handler) http.Handler { return next }
