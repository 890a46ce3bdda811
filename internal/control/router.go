package control

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// resources is the one table of the resources of the API: the parts each needs, and what
// adds its routes. Each has a file of its own. The routes together are the OpenAPI
// document.
var resources = []struct {
	has func(*Parts) bool
	add func(*router)
}{
	{func(p *Parts) bool { return p.General != nil }, registerGeneral},
	{func(p *Parts) bool { return p.Activation != nil }, registerActivation},
	{func(p *Parts) bool { return p.Apple != nil }, registerApple},
	{func(p *Parts) bool { return p.Spaces != nil }, registerSpaces},
	{func(p *Parts) bool { return p.Teams != nil }, registerTeams},
	{func(p *Parts) bool { return p.Spaces != nil }, registerTeamDeletion},
	{func(p *Parts) bool { return p.ProviderTokens != nil }, registerProviderTokens},
	{func(p *Parts) bool { return p.Clocks != nil }, registerClock},
	{func(p *Parts) bool { return p.Devices != nil && p.Teams != nil }, registerDevices},
	{func(p *Parts) bool { return p.DeviceTokens != nil }, registerTokens},
	{func(p *Parts) bool { return p.Connections != nil && p.Teams != nil }, registerConnections},
	{func(p *Parts) bool { return p.Webhooks != nil }, registerWebhooks},
	{func(p *Parts) bool { return p.Channels != nil }, registerChannels},
	{func(p *Parts) bool { return p.Gauges != nil && p.Journal != nil && p.Faults != nil }, registerMetrics},
	{func(p *Parts) bool { return p.Checker != nil }, registerCheck},
	{func(p *Parts) bool { return p.StateExporter != nil }, registerState},
	{func(p *Parts) bool { return p.Faults != nil }, registerFaults},
	{(*Parts).hasHistory, registerNotifications},
	{(*Parts).hasHistory, registerWait},
	{(*Parts).hasHistory, registerEvents},
	{(*Parts).hasHistory, registerEventSummary},
	{always, registerExplain},
	{func(p *Parts) bool { return p.Devices != nil && p.Clock != nil }, registerScreen},
	{func(p *Parts) bool { return p.DeviceSearcher != nil && p.Teams != nil }, registerDeviceSearch},
	{func(p *Parts) bool { return p.Certificates != nil }, registerCertificates},
	{func(p *Parts) bool { return p.FrameRecorder != nil }, registerFrames},
	{func(p *Parts) bool { return p.IssuedCertificates != nil }, registerIssuedCertificates},
	{func(p *Parts) bool { return p.ProviderPusher != nil }, registerSend},
	{(*Parts).hasLesson, registerLesson},
	{always, registerConsole},
}

func always(*Parts) bool { return true }

func (p *Parts) hasHistory() bool { return p.Journal != nil && p.Clock != nil && p.Replayer != nil }

// A router takes the routes of the resources, each together with what the
// OpenAPI document says of it.
type router struct {
	server *Server
	mux    *http.ServeMux
	api    huma.API
	open   map[string]bool // the patterns of the mux that are open to anybody
}

// apiVersion is that of the routes; they are all below /v1.
const apiVersion = "1.0.0"

// introduction opens the document. Its first paragraph is for readers who have never
// seen the API.
const introduction = `Observes and controls a simulator of the Apple Push Notification service.

Responses are JSON. Errors are application/problem+json (RFC 9457); their detail says what is wrong, where, and what to do.`

// In our responses a list may be empty and is never null.
func init() { huma.DefaultArrayNullable = false }

func newRouter(s *Server) *router {
	mux := http.NewServeMux()
	r := &router{server: s, mux: mux, open: map[string]bool{}, api: humago.New(mux, huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "apns-sim control API", Version: apiVersion, Description: introduction,
				License: &huma.License{Name: "Apache 2.0", Identifier: "Apache-2.0"},
			},
			Servers: []*huma.Server{{URL: "/", Description: "The simulator that this document comes from"}},
		},
		Formats: map[string]huma.Format{
			"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat,
			// What curl -d says of its body unless it is told otherwise. A page of
			// another origin cannot make use of it: crossOrigin rejects those.
			"application/x-www-form-urlencoded": huma.DefaultJSONFormat,
		},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{s.explain},
	})}
	r.api.UseMiddleware(func(ctx huma.Context, next func(huma.Context)) {
		_, w := humago.Unwrap(ctx)
		noStore(w.Header())
		next(ctx)
	})
	return r
}

// register adds a route whose request and answer are Go types: huma reads,
// checks and writes them, and describes them in the document. In op, Errors are
// the rejections that belong to the route; serve returns one as a *[problem], and
// any other error is a fault of ours.
//
// Every parameter and body has an example, which the contract test sends:
// parameters by the tag `example`, bodies by [exampleBody].
func register[I, O any](r *router, op huma.Operation, serve func(context.Context, *I) (*O, error)) {
	if op.MaxBodyBytes == 0 {
		op.MaxBodyBytes = maxBody
	}
	if takesNone[I](op.Method) {
		op.Middlewares = append(op.Middlewares, r.rejectBody)
	}
	r.complete(&op)
	huma.Register(r.api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := serve(ctx, in)
		if err == nil {
			return out, nil
		}
		if _, ok := errors.AsType[huma.StatusError](err); ok {
			return nil, err
		}
		return nil, internalError(err)
	})
}

// plain adds a route that reads and writes HTTP by itself. In op, what it takes
// and answers is described by hand; Hidden keeps it out of the document.
func (r *router) plain(op huma.Operation, serve handler) {
	r.complete(&op)
	if !op.Hidden {
		r.api.OpenAPI().AddOperation(&op)
	}
	r.mux.Handle(op.Method+" "+op.Path, r.server.handle(serve))
}

// complete documents the rejections of a route in our own words, and notes whom it
// is for.
func (r *router) complete(op *huma.Operation) {
	if op.Security != nil {
		r.open[op.Method+" "+op.Path] = true
	}
	schema := schemaOf[problem](r)
	rejection := func(description string) *huma.Response {
		return &huma.Response{
			Description: description,
			Content:     map[string]*huma.MediaType{problemMediaType: {Schema: schema}},
		}
	}
	if op.Responses == nil {
		op.Responses = map[string]*huma.Response{}
	}
	for _, status := range op.Errors {
		op.Responses[strconv.Itoa(status)] = rejection(http.StatusText(status))
	}
	op.Errors = nil
	op.Responses["default"] = rejection("Any other error.")
}

// schemaOf refers to the schema of a struct in the document.
func schemaOf[T any](r *router) *huma.Schema {
	return r.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, "")
}

// exampleBody is a request body with the example that the document shows and the
// contract test sends.
func exampleBody(example any) *huma.RequestBody {
	return &huma.RequestBody{Content: map[string]*huma.MediaType{"application/json": {Example: example}}}
}

// noDeadline is for routes that wait or stream: it lifts the deadlines of
// the connection. Its handlers end with the context of the request.
func noDeadline(ctx huma.Context, next func(huma.Context)) {
	_, w := humago.Unwrap(ctx)
	// A writer without deadlines, as in tests, has none to lift. The deadline for
	// reading would end the request's context.
	control := http.NewResponseController(w)
	_, _ = control.SetWriteDeadline(time.Time{}), control.SetReadDeadline(time.Time{})
	next(ctx)
}

// route builds the handler of all routes, behind what guards them.
func (s *Server) route() (http.Handler, error) {
	r := newRouter(s)
	for _, resource := range resources {
		if resource.has(&s.Parts) {
			resource.add(r)
		}
	}
	r.describeToken()
	if err := r.serveDocument(); err != nil {
		return nil, fmt.Errorf("write the OpenAPI document: %w", err)
	}
	r.mux.Handle("/", s.handle(r.nothing))

	var origin http.CrossOriginProtection
	origin.SetDenyHandler(s.handle((*Server).crossOrigin))
	return s.guardHost(s.guardReading(origin.Handler(r.guardToken(r.mux)))), nil
}

// noStore forbids caching a response, since the state of the simulator changes at any time.
func noStore(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
}
