package device

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestDelayedAcknowledgementsAreSentInOrder(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t, func(h *harness) { h.cfg.AckDelay = 5 * time.Second })
		p := h.ready()
		began := time.Now()
		p.send(hello)
		assert.Equal(t, uint32(1), h.next().ID, "the app does not wait")
		time.Sleep(2 * time.Second)
		p.send(helloAgain)
		p.want(ackHello, "")
		assert.Equal(t, 5*time.Second, time.Since(began))
		p.want(ackAgain, "")
		assert.Equal(t, 7*time.Second, time.Since(began))
	})
}

func TestAcknowledgementsCanBeWithheld(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.ready()
		h.SetAckDelay(-1)
		p.send(hello)
		assert.Equal(t, uint32(1), h.next().ID)
		assert.Equal(t, time.Duration(-1), h.AckDelay())
		p.wantSilence(time.Hour, "the courier hears nothing")
	})
}

func TestLateAcknowledgementsAreLostWithTheConnection(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t, func(h *harness) { h.cfg.AckDelay = time.Minute })
		p := h.ready()
		p.send(hello)
		h.next()
		h.Disconnect()
		p.wantClosed("without an acknowledgement")
	})
}

const (
	helloAgain = "0a 00000074 01 0020 A 02 0014 H 03 0016 7b22617073223a7b22616c657274223a226869227d7d 04 0004 00000002 05 0004 69570a80 06 0008 18867251edfa0001 09 0001 00 0d 0001 0a"
	ackAgain   = "0b 0000002e 08 0001 00 04 0004 00000002 01 0020 A"
)
