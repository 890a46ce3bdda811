package provider

import (
	"slices"
	"strings"
)

// A route is a row of the tables of what is served about broadcast channels.
// The path is prefix, bundle ID, suffix.
type route struct {
	method, prefix, suffix string
	// needsChannel says that the request names a channel, body that it has a body
	// which describes one.
	needsChannel, hasBody bool
	// serve answers a good request; nil for broadcasts, whose listener does.
	serve func(*channelRequest) (*channelAnswer, error)
}

// match returns the bundle ID in path, and whether path is one of the route.
func (rt *route) match(path string) (app string, ok bool) {
	rest, ok := strings.CutPrefix(path, rt.prefix)
	if !ok {
		return "", false
	}
	app, ok = strings.CutSuffix(rest, rt.suffix)
	return app, ok && app != "" && !strings.Contains(app, "/")
}

// methods lists the methods of a table, each once.
func methods(routes []route) (names []string) {
	for i := range routes {
		if !slices.Contains(names, routes[i].method) {
			names = append(names, routes[i].method)
		}
	}
	return names
}
