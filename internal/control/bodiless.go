package control

import (
	"bytes"
	"io"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// takesNone reports whether a route writes, and takes all it needs from the path: its
// input has no body.
func takesNone[I any](method string) bool {
	_, body := reflect.TypeFor[I]().FieldByName("Body")
	return !body && method != http.MethodGet
}

// bodiless is for such routes: a request whose body says something is refused, since it
// would be done as if nothing had been said. Clients that encode what they do not have
// send null.
func (r *router) bodiless(ctx huma.Context, next func(huma.Context)) {
	body, err := io.ReadAll(io.LimitReader(ctx.BodyReader(), maxBody))
	if said := string(bytes.TrimSpace(body)); err != nil || said != "" && said != "{}" && said != "null" {
		op := ctx.Operation()
		_ = huma.WriteErr(r.api, ctx, http.StatusUnprocessableEntity, "the body has members, and "+op.Method+" "+op.Path+" takes none; send an empty body") // to nobody if it fails
		return
	}
	next(ctx)
}
