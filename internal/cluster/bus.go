package cluster

import (
	"errors"
	"time"
)

// A Bus sends messages between nodes. It may lose them, repeat them and deliver them late.
type Bus interface {
	// Request sends m to a node and calls responded with its response, or with an error. It
	// does not wait. The error is [ErrNoNode] if nobody receives for that node; the node has
	// not got the message then. responded may never be called, or too late.
	Request(to NodeID, m []byte, responded func(m []byte, err error))
	// Serve has f called with each message for this node, in a goroutine of its own, and
	// sends what it returns to the sender, unless that is nil. stop returns when all calls
	// have.
	Serve(f func(from NodeID, m []byte) []byte) (stop func())
}

// ErrNoNode says that nobody receives the messages for a node.
var ErrNoNode = errors.New("no node receives the message")

var (
	errTimeout = errors.New("no response in time")
	errClosed  = errors.New("this node stops")
)

// request sends m and waits for the response, until the timeout or the end of this node.
func (n *Node) request(to NodeID, m []byte) ([]byte, error) {
	type response struct {
		m   []byte
		err error
	}
	responded := make(chan response, 1)
	n.Bus.Request(to, m, func(m []byte, err error) {
		select {
		case responded <- response{m, err}:
		default: // a repeated response
		}
	})
	timeout := time.NewTimer(requestTimeout)
	defer timeout.Stop()
	select {
	case r := <-responded:
		return r.m, r.err
	case <-timeout.C:
		return nil, errTimeout
	case <-n.tasks.ending:
		return nil, errClosed
	}
}
