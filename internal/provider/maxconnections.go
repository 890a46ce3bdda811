package provider

// connectionSlots has one element of room for each connection that may be open; nil is
// any number. Apple gives no maximum; about 600 were observed (inaka/apns4erl#158).
func connectionSlots(maxConnections int) chan struct{} {
	if maxConnections <= 0 {
		return nil
	}
	return make(chan struct{}, maxConnections)
}

// takeSlot takes the slot of a connection and reports whether there was one.
func (s *Server) takeSlot() bool {
	if s.slots == nil {
		return true
	}
	select {
	case s.slots <- struct{}{}:
		return true
	default:
		return false
	}
}

func (s *Server) freeSlot() {
	if s.slots != nil {
		<-s.slots
	}
}

// isBusy reports whether a connection is answered ServiceUnavailable, since that many are
// open, itself included.
// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
func (s *Server) isBusy(open int64) bool {
	return s.cfg.BusyConnections > 0 && open > int64(s.cfg.BusyConnections)
}
