package courier

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// eachMessage runs a test for the empty message of each command and direction.
func eachMessage(t *testing.T, test func(t *testing.T, from Direction, empty func() Message)) {
	for _, c := range commands {
		for from, empty := range map[Direction]func() Message{FromDevice: c.fromDevice, FromServer: c.fromServer} {
			if empty != nil {
				t.Run(from.String()+" "+reflect.TypeOf(empty()).Elem().Name(), func(t *testing.T) { test(t, from, empty) })
			}
		}
	}
}

// Every field of every message survives the wire; a field missing from its layout
// would not.
func TestMessagesAreReadBack(t *testing.T) {
	eachMessage(t, func(t *testing.T, from Direction, empty func() Message) {
		rapid.Check(t, func(t *rapid.T) {
			want := empty()
			fillMessage(t, want)
			f, err := NewReader(bytes.NewReader(want.Append(nil)), ReaderOptions{}).Next()
			require.NoError(t, err)
			got, err := parseFrom(from, f)
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	})
}

// fillMessage gives every field of a message a drawn value.
func fillMessage(t *rapid.T, m Message) {
	v := reflect.ValueOf(m).Elem()
	for i := range v.NumField() {
		v.Field(i).Set(drawField(t, v.Type().Field(i).Name, v.Field(i).Type()))
	}
}

func drawField(t *rapid.T, name string, typ reflect.Type) reflect.Value {
	v := reflect.New(typ).Elem()
	text := rapid.StringN(0, 20, 60)
	value := rapid.SliceOfN(rapid.Byte(), 1, 40)
	switch p := v.Addr().Interface().(type) {
	case *string:
		*p = text.Draw(t, name)
	case *[]byte:
		if rapid.Bool().Draw(t, name+" is there") {
			*p = value.Draw(t, name)
		}
	case *[][]byte:
		*p = orNil(rapid.SliceOfN(value, 0, 4).Draw(t, name))
	case *[]Item: // from 200 on there is no field of any message
		*p = orNil(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Item {
			return Item{ID: rapid.Uint8Min(200).Draw(t, "id"), Value: value.Draw(t, "value")}
		}), 0, 3).Draw(t, name))
	case *ItemType, *AppIDForm: // of packed frames alone
	case *[]Failure:
		*p = orNil(rapid.SliceOfN(rapid.Make[Failure](), 0, 3).Draw(t, name))
	default:
		drawInteger(t, name, v)
	}
	return v
}

// drawInteger fills an integer, or an Opt of one.
func drawInteger(t *rapid.T, name string, v reflect.Value) {
	if v.Kind() == reflect.Struct {
		if !rapid.Bool().Draw(t, name+" is there") {
			return
		}
		v.FieldByName("Set").SetBool(true)
		v = v.FieldByName("Value")
	}
	v.SetUint(rapid.Uint64Max(1<<v.Type().Bits()-1).Draw(t, name))
}

// orNil gives nil for an empty list, which is what reading gives.
func orNil[T any](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	return s
}

// observed: apsd passes over an integer of another width; what is not known must
// not end a connection.
func TestReadingIsRelaxed(t *testing.T) {
	rows := []struct {
		name, hex string
		want      Ack
		reason    string
	}{
		{"short integer", "08 0001 05 04 0002 0001", Ack{Status: 5}, "an id of two bytes is passed over"},
		{"long integer", "08 0002 0005 04 0004 00000001", Ack{ID: 1}, "a status of two bytes is passed over"},
		{"empty integer", "08 0000", Ack{}, "a status of no bytes is passed over"},
		{"another order", "04 0004 00000001 08 0001 05", Ack{Status: 5, ID: 1}, "the order of items is free"},
		{"repeated", "08 0001 05 08 0001 06", Ack{Status: 6}, "the last one counts"},
		{"repeated in another width", "08 0001 05 08 0002 0006", Ack{Status: 5}, "the last one that fits counts"},
		{
			"unknown item", "63 0001 78 08 0001 05",
			Ack{Status: 5, Extra: []Item{{ID: 99, Value: []byte("x")}}},
			"it is kept",
		},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			got := Ack{Status: 77, ID: 77, Token: testToken, Extra: []Item{{}}}
			require.NoError(t, got.Parse(unhex(row.hex)))
			assert.Equal(t, row.want, got, row.reason)
		})
	}
}

func TestAFailureOfAnotherSizeIsIgnored(t *testing.T) {
	var c Connect
	require.NoError(t, c.Parse(unhex("15 0005 0000000102  15 0006 00000001 0002")))
	assert.Equal(t, Connect{Failures: []Failure{{Code: 1, Count: 2}}}, c)
}

func TestAnEmptyValueIsNotAnAbsentOne(t *testing.T) {
	var n NoStorage
	require.NoError(t, n.Parse(unhex("01 0000")))
	assert.NotNil(t, n.Token)
	assert.Equal(t, unhex("0e 00000003 01 0000"), n.Append(nil))
	assert.Equal(t, unhex("0e 00000000"), (&NoStorage{}).Append(nil))
}

func TestACommandFromTheWrongSideIsUnknown(t *testing.T) {
	f := Frame{Command: CmdConnectResponse, Payload: unhex("01 0001 00")}
	got, err := ParseFromDevice(f)
	require.NoError(t, err)
	assert.Equal(t, &Unknown{Cmd: CmdConnectResponse, Payload: f.Payload}, got)

	again := Unknown{Cmd: CmdConnectResponse}
	require.NoError(t, again.Parse(f.Payload))
	assert.Equal(t, got, &again)

	got, err = ParseFromServer(f)
	require.NoError(t, err)
	assert.Equal(t, &ConnectResponse{}, got)
}

func TestAnErrorNamesTheCommand(t *testing.T) {
	_, err := ParseFromDevice(Frame{Command: CmdConnect, Payload: unhex("01 0020")})
	assert.EqualError(t, err, "parse connect: item at offset 0 needs 35 bytes, the frame has 3 left")
}
