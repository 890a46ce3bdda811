package control

import "net/http"

// info answers with the ready record.
func (s *Server) info(w http.ResponseWriter, _ *http.Request) error {
	s.writeJSON(w, http.StatusOK, "application/json", s.sim.Info())
	return nil
}

// rootCertificate answers with what a client has to trust.
func (s *Server) rootCertificate(w http.ResponseWriter, _ *http.Request) error {
	s.write(w, http.StatusOK, "application/x-pem-file", s.sim.RootPEM())
	return nil
}

// live answers as long as the process can.
func (s *Server) live(w http.ResponseWriter, _ *http.Request) error {
	s.write(w, http.StatusOK, "text/plain; charset=utf-8", []byte("live\n"))
	return nil
}

// ready answers 200 once the simulator takes connections.
func (s *Server) ready(w http.ResponseWriter, _ *http.Request) error {
	if !s.sim.Ready() {
		return refuse(http.StatusServiceUnavailable, "the simulator does not take connections; ask again")
	}
	s.write(w, http.StatusOK, "text/plain; charset=utf-8", []byte("ready\n"))
	return nil
}
