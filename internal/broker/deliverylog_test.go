package broker

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/journal"
)

// The table is read from the source, so that a new cause cannot be forgotten.
func TestEveryCauseIsInTheDeliveryLog(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "cause.go", nil, 0)
	require.NoError(t, err)
	count := 0
	for _, decl := range file.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, spec := range group.Specs {
			constant := spec.(*ast.ValueSpec)
			if kind, ok := constant.Type.(*ast.Ident); !ok || kind.Name != "Cause" {
				continue
			}
			cause, err := strconv.Unquote(constant.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			entry, ok := byCause[Cause(cause)]
			assert.True(t, ok, "%s has no row in byCause", constant.Names[0].Name)
			assert.NotEmpty(t, entry.Text)
			count++
		}
	}
	assert.Equal(t, len(byCause), count)
}

// observed: the names on the charts of the Push Notifications Console
func TestEventsHaveTheNamesOfTheConsole(t *testing.T) {
	rows := []struct {
		kind   journal.Kind
		cause  Cause
		stored bool
		want   string
	}{
		{journal.Received, "", false, "Received by APNs"},
		{journal.Delivered, "", false, "Delivered to Device"},
		{journal.Delivered, "", true, "Delivered to Device (From Storage)"},
		{journal.Sent, "", false, "Sent to Device"},
		{journal.Sent, Unacknowledged, true, "Sent to Device Again"},
		{journal.Sent, Restarted, true, "Sent to Device After Restart"},
		{journal.Stored, Offline, false, "Stored - Device Offline"},
		{journal.Stored, LowPower, false, "Stored - Power Considerations"},
		{journal.Dropped, DropTokenRemoved, false, "Discarded - Token Unregistered"},
		{journal.Dropped, DropUnregistered, true, "Discarded - Token Unregistered (From Storage)"},
		{journal.Dropped, DropExpired, false, "Discarded - Expired"},
		{journal.Dropped, DropIgnored, false, "Discarded - Disabled"},
		{journal.Dropped, DropIgnored, true, "Discarded - Disabled (From Storage)"},
		{journal.Dropped, Offline, false, "Discarded - Device Offline"},
		{journal.Dropped, "invented", false, "Discarded"},
		{journal.Stored, "invented", false, "Stored"},
	}
	for _, row := range rows {
		assert.Equal(t, row.want, Explain(row.kind, string(row.cause), row.stored).Label)
	}
	assert.Empty(t, Explain(journal.Connected, "", false), "not about a push")
}
