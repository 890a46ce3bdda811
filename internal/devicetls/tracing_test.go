package devicetls_test

import (
	"encoding/hex"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/devicetls"
)

func TestTheTracingFieldCarriesTheApnsIDOnRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, func(c *devicetls.Config) { c.SendTracingID = true })
		p := w.login(w.identity(nil))
		w.push(p.address(), `{}`, func(push *broker.Push) { push.ID = "1c2d3e4f-5a6B-4c8d-9eaf-0b1c2d3e4f50" })
		assert.Equal(t, "1c2d3e4f5a6b4c8d9eaf0b1c2d3e4f50", hex.EncodeToString(want[*courier.Notification](p).TracingID))
		w.push(p.address(), `{}`, func(push *broker.Push) { push.ID = "no UUID" })
		assert.Nil(t, want[*courier.Notification](p).TracingID)
	})
}
