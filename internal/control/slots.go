package control

import "net/http"

// slots limit how many requests of a kind are handled at once: one element for each.
type slots chan struct{}

// take takes a slot, which release gives back. If none is free the request is rejected
// with 429 and the text of format and args.
func (s slots) take(format string, args ...any) (release func(), err error) {
	select {
	case s <- struct{}{}:
		return func() { <-s }, nil
	default:
		return nil, reject(http.StatusTooManyRequests, format, args...)
	}
}
