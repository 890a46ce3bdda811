package control

import (
	"bytes"
	"io"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// takesNone reports whether a route changes something and its input has no body.
func takesNone[I any](method string) bool {
	_, body := reflect.TypeFor[I]().FieldByName("Body")
	return !body && method != http.MethodGet
}

// rejectBody is for such routes: it rejects a request with a non-empty body, which the
// route would ignore. Clients that have nothing to encode send null.
func (r *router) rejectBody(ctx huma.Context, next func(huma.Context)) {
	body, err := io.ReadAll(io.LimitReader(ctx.BodyReader(), maxBody))
	if text := string(bytes.TrimSpace(body)); err != nil || text != "" && text != "{}" && text != "null" {
		op := ctx.Operation()
		_ = huma.WriteErr(r.api, ctx, http.StatusUnprocessableEntity, "the body has members, but "+op.Method+" "+op.Path+" takes none; send an empty body") // the client has left if it fails
		return
	}
	next(ctx)
}
