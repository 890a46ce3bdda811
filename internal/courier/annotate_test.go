package courier

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestItemsAreAnnotatedInTheOrderTheyCame(t *testing.T) {
	rows := []struct {
		name  string
		frame string
		from  Direction
		want  []string
	}{
		{
			"connect response", "08 00000048 01 0001 00 03 0020 T 04 0002 1000 05 0002 0002 06 0004 00000000 08 0002 3c00 0a 0008 0000019b76daa800", FromServer,
			[]string{
				"1 status 0", "3 token " + tokenHex, "4 maxMessage 4096", "5 field5 2",
				"6 capabilities 0", "8 largeMessage 15360", "10 serverTime 1767225600000",
			},
		},
		{"a field that no message has", "0c 0000000b 01 0004 57694669 63 0001 ff", FromDevice, []string{`1 carrier "WiFi"`, "99 item99 ff"}},
		{"repeated", "09 00000008 02 0001 aa 02 0001 bb", FromDevice, []string{"2 enabled aa", "2 enabled bb"}},
		{"the same id means another thing from the other side", "0a 00000008 01 0001 aa 02 0001 bb", FromDevice, []string{"1 topic aa", "2 sender bb"}},
		{"payload that is text", "0a 00000005 03 0002 7b7d", FromServer, []string{`3 payload "{}"`}},
		{"payload that is not", "0a 00000004 03 0001 ff", FromServer, []string{`3 payload ff`}},
		{"an integer too wide for one", "14 0000000c 01 0009 000102030405060708", FromDevice, []string{"1 state 000102030405060708"}},
		{"a command of the other side", "08 00000004 01 0001 00", FromDevice, []string{"1 item1 00"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			b := unhex(row.frame)
			all, err := Annotate(Frame{Command: Command(b[0]), Payload: b[frameHead:]}, row.from)
			require.NoError(t, err)
			var got []string
			for _, a := range all {
				got = append(got, fmt.Sprintf("%d %s %s", a.ID, a.Name, a.Text))
			}
			assert.Equal(t, row.want, got)
		})
	}
}

func TestAnOverrunIsReportedAfterTheItemsBeforeIt(t *testing.T) {
	all, err := Annotate(Frame{Command: CmdFilter, Payload: unhex("01 0001 aa 02 0009 bb")}, FromDevice)
	var overrun *ItemOverrunError
	require.ErrorAs(t, err, &overrun)
	assert.Len(t, all, 1)
}

// Every field of every message is annotated under the name it is printed with.
func TestEveryFieldIsAnnotatedUnderItsPrintedName(t *testing.T) {
	eachMessage(t, func(t *testing.T, from Direction, empty func() Message) {
		m := empty()
		setAll(reflect.ValueOf(m).Elem())
		b := m.Append(nil)
		all, err := Annotate(Frame{Command: m.Command(), Payload: b[frameHead:]}, from)
		require.NoError(t, err)
		var names, printed []string
		for _, a := range all {
			names = append(names, a.Name)
		}
		for _, word := range strings.Fields(m.String())[1:] {
			name, _, _ := strings.Cut(word, "=")
			printed = append(printed, name)
		}
		assert.Equal(t, printed, names)
	})
}

func TestPackedItemsAreAnnotatedByTheirType(t *testing.T) {
	for _, row := range []struct {
		frame string
		want  []string
	}{
		{"0b 0e 08 80 04 a1 0102 0f a8 05 0e e1 01 01 aa", []string{"8 status 0", "4 id 258", "15 item15 -5", "14 item14 true", "1 token aa"}},
		{"0c 0a 41 44 57694669 0c 42 3135", []string{`1 carrier "WiFi"`, `12 item12 "15"`}},
		{"0a 06 03 c0 01 02 abcd", []string{"3 payload c0", "1 topic abcd"}},
	} {
		f, err := NewPackReader(bytes.NewReader(unhex(row.frame)), ReaderOptions{}).Next()
		require.NoError(t, err)
		all, err := Annotate(f, FromDevice)
		require.NoError(t, err)
		var got []string
		for _, a := range all {
			got = append(got, fmt.Sprintf("%d %s %s", a.ID, a.Name, a.Text))
		}
		assert.Equal(t, row.want, got)
	}
}
