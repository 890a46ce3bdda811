package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// A handler answers a request, or returns why it does not: a [*problem] for
// the caller to read, or any other error if the fault is ours.
type handler func(s *Server, w http.ResponseWriter, r *http.Request) error

// A problem is a rejection: RFC 9457. Its type is about:blank, so that the title
// is the phrase of the status (4.2.1).
type problem struct {
	Title  string `json:"title" doc:"The phrase of the status" example:"Not Found"`
	Status int    `json:"status" doc:"The status of the response" example:"404"`
	Detail string `json:"detail" doc:"What is wrong, and what to do about it"`

	cause error // what failed, if the fault is ours; for the log
}

// problemMediaType is the content type of a problem.
const problemMediaType = "application/problem+json"

// Error returns the detail.
func (p *problem) Error() string { return p.Detail }

// Unwrap returns what failed.
func (p *problem) Unwrap() error { return p.cause }

// GetStatus tells huma the status.
func (p *problem) GetStatus() int { return p.Status }

// ContentType tells huma the content type.
func (p *problem) ContentType(string) string { return problemMediaType }

// reject returns a problem with a detail in the manner of [fmt.Sprintf].
func reject(status int, format string, args ...any) *problem {
	return &problem{Title: http.StatusText(status), Status: status, Detail: fmt.Sprintf(format, args...)}
}

// internalError is the problem of an error that is not the client's.
func internalError(err error) *problem {
	p := reject(http.StatusInternalServerError, "the simulator failed; its log says why")
	p.cause = err
	return p
}

// handle turns a handler into one of net/http.
func (s *Server) handle(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := h(s, w, r)
		if err == nil {
			return
		}
		p, ok := errors.AsType[*problem](err)
		if !ok {
			p = internalError(err)
		}
		s.note(p, r.Method, r.URL.Path, r.RemoteAddr)
		s.writeJSON(w, p.Status, problemMediaType, p)
	})
}

// explain stands between huma and the response: problems are noted, and what huma
// found wrong with a request is put into our words.
func (s *Server) explain(ctx huma.Context, _ string, body any) (any, error) {
	var p *problem
	switch body := body.(type) {
	case *problem:
		p = body
	case *huma.ErrorModel:
		p = fromHuma(body, ctx.Operation())
	default:
		return body, nil
	}
	url := ctx.URL()
	s.note(p, ctx.Method(), url.Path, ctx.RemoteAddr())
	return p, nil
}

// fromHuma says what huma found wrong: each place, and what is wrong there. What
// the place has is left out, since it may be a secret.
func fromHuma(e *huma.ErrorModel, op *huma.Operation) *problem {
	places := make([]string, 0, len(e.Errors))
	for _, d := range e.Errors {
		if d.Location == "" {
			places = append(places, d.Message)
			continue
		}
		places = append(places, d.Location+": "+d.Message)
	}
	what := e.Detail
	if len(places) > 0 {
		what = strings.Join(places, "; ")
	}
	return reject(e.Status, "%s; /docs#%s describes what %s %s takes", what, op.OperationID, op.Method, op.Path)
}

// note writes a problem to the log.
func (s *Server) note(p *problem, method, path, remote string) {
	level, message, err := slog.LevelInfo, "control request rejected", error(p)
	if p.cause != nil {
		level, message, err = slog.LevelError, "control request failed", p.cause
	}
	s.log.Log(context.Background(), level, message, "remote", remote, "err", fmt.Errorf("%s %s: %w", method, path, err))
}

// writeJSON answers with a value. A value that cannot be written is a fault of
// ours and answered as one.
func (s *Server) writeJSON(w http.ResponseWriter, status int, contentType string, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		s.log.Error("control response cannot be written as JSON", "err", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	s.write(w, status, contentType, append(body, '\n'))
}

// write answers with bytes.
func (s *Server) write(w http.ResponseWriter, status int, contentType string, body []byte) {
	noStore(w.Header())
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		s.log.Debug("control response not sent", "err", err)
	}
}
