package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// A problem is a refusal: RFC 9457. Its type is about:blank, so that the title
// is the phrase of the status (4.2.1).
type problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	// Detail says what is wrong, and what to do about it.
	Detail string `json:"detail"`
}

// Error returns the detail.
func (p *problem) Error() string { return p.Detail }

// refuse returns a problem with a detail in the manner of [fmt.Sprintf].
func refuse(status int, format string, args ...any) *problem {
	return &problem{Title: http.StatusText(status), Status: status, Detail: fmt.Sprintf(format, args...)}
}

// answer turns a handler into one of net/http. It is the one place where a
// refusal becomes bytes.
func (s *Server) answer(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := h(s, w, r)
		if err == nil {
			return
		}
		p, ok := errors.AsType[*problem](err)
		err = fmt.Errorf("control: %s %s: %w", r.Method, r.URL.Path, err)
		if ok {
			s.log.Info("control request refused", "remote", r.RemoteAddr, "err", err)
		} else {
			s.log.Error("control request failed", "remote", r.RemoteAddr, "err", err) // a fault of ours
			p = refuse(http.StatusInternalServerError, "the simulator failed; its log says why")
		}
		s.writeJSON(w, p.Status, "application/problem+json", p)
	})
}

// writeJSON answers with a value. A value that cannot be written is a fault of
// ours and answered as one.
func (s *Server) writeJSON(w http.ResponseWriter, status int, contentType string, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		s.log.Error("control answer cannot be written as JSON", "err", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	s.write(w, status, contentType, append(body, '\n'))
}

// write answers with bytes. What is seen here changes from one moment to the
// next, so that nobody should keep it.
func (s *Server) write(w http.ResponseWriter, status int, contentType string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		s.log.Debug("control answer not sent", "err", err)
	}
}
