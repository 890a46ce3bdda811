package courier

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMessagesPrintAsALine(t *testing.T) {
	many := make([][]byte, 6)
	for i := range many {
		many[i] = []byte{byte(i)}
	}
	rows := []struct {
		message Message
		want    string
	}{
		{&Keepalive{}, "Keepalive"},
		{&Keepalive{Carrier: []byte(CarrierWiFi), State: Some(uint8(0))}, `Keepalive carrier="WiFi" state=0`},
		{&Ack{ID: 1, Token: testToken}, "Ack status=0 id=1 token=0001020304050607…(32)"},
		{&TokenRequest{AppID: unhex("a003")}, "TokenRequest appID=a003"},
		{
			&Notification{Payload: []byte(`{"aps":{}}`), ID: 3},
			`Notification payload="{\"aps\":{}}" id=3 expiry=0 timestamp=0 storage=0`,
		},
		{
			&DeviceMessage{Payload: []byte(strings.Repeat("a", 63) + "é!")},
			`DeviceMessage payload="` + strings.Repeat("a", 63) + `"…(66) id=0`,
		},
		{&DeviceMessage{Payload: unhex("ff00")}, "DeviceMessage payload=ff00 id=0"},
		{&Filter{Enabled: many[:2]}, "Filter enabled=[00 01]"},
		{&Filter{Enabled: many}, "Filter enabled=[00 01 02 03 +2]"},
		{&Connect{Failures: []Failure{{1, 2}}}, "Connect state=0 failures=000000010002"},
		{&TransportAck{Extra: []Item{{ID: 99, Value: bytes.Repeat([]byte{1}, 9)}}}, "TransportAck item99=0101010101010101…(9)"},
		{&Unknown{Cmd: 0x1a, Payload: unhex("ff")}, "Unknown command 0x1a payload=ff"},
	}
	for _, row := range rows {
		t.Run(row.want, func(t *testing.T) { assert.Equal(t, row.want, fmt.Sprint(row.message)) })
	}
}

// Every field of every message is printed, and under its own name.
func TestEveryFieldPrintsUnderItsOwnName(t *testing.T) {
	eachMessage(t, func(t *testing.T, _ Direction, empty func() Message) {
		m := empty()
		v := reflect.ValueOf(m).Elem()
		fields := setAll(v)
		names := map[string]bool{}
		for _, word := range strings.Fields(m.String())[1:] {
			name, _, _ := strings.Cut(word, "=")
			names[name] = true
		}
		assert.Len(t, names, fields, m.String())
	})
}

// setAll gives each field of a message some value that is not left out, and counts
// them. An ItemType or AppIDForm is none: it says how a packed frame writes another one.
func setAll(v reflect.Value) (fields int) {
	for _, field := range v.Fields() {
		switch field.Interface().(type) {
		case ItemType, AppIDForm:
		default:
			setOne(field)
			fields++
		}
	}
	return fields
}

// setOne gives a field some value that is not left out.
func setOne(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
	case reflect.Struct:
		v.FieldByName("Set").SetBool(true)
	default:
		v.SetUint(1)
	}
}
