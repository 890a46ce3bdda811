//go:build !linux

package devicetls

// form returns how sessions wait for their devices.
func (s *Server) form(g *gathering) form { return inGoroutines{g} }
