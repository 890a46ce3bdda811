package device

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnAppIsOnItsListInTheFilter(t *testing.T) {
	for _, tc := range []struct {
		list List
		want string
	}{
		{ListIgnored, "09 0000003a 01 0020 T 03 0014 H"},
		{ListOpportunistic, "09 0000003a 01 0020 T 04 0014 H"},
		{ListPaused, "09 0000003a 01 0020 T 05 0014 H"},
		{ListNonWaking, "09 0000003a 01 0020 T 06 0014 H"},
	} {
		t.Run(tc.list.String(), func(t *testing.T) {
			inBothForms(t, func(t *testing.T) {
				h := newHarness(t)
				p := h.ready()
				require.NoError(t, h.Put(appH, tc.list))
				p.want(tc.want, "the filter is sent again as a whole")
				assert.Equal(t, []App{{appH, tc.list, token(t, tokenA)}}, h.Apps(), "the token stays")
				require.NoError(t, h.Put(appH, ListEnabled))
				p.want(filterH, "")

				parsed, err := ParseList(tc.list.String())
				require.NoError(t, err)
				assert.Equal(t, tc.list, parsed)
			})
		})
	}
}

func TestNotificationOfAForbiddenAppIsRejected(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.ready()
		require.NoError(t, h.Put(appH, ListIgnored))
		p.want("09 0000003a 01 0020 T 03 0014 H", "")
		p.send(hello)
		p.want("0b 0000002e 08 0001 06 04 0004 00000001 01 0020 A", "the topic is ignored. observed: apsd")
		h.wantNothing("the user wants none")
	})
}

func TestNewInstallationIsEnabledAgain(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.ready()
		require.NoError(t, h.Put(appH, ListIgnored))
		h.Remove(appH)
		require.NoError(t, h.Install(appH))
		p.want(filterH, "")
	})
}

func TestListsAndAppsAreChecked(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		require.ErrorContains(t, h.Put("com.example.none", ListIgnored), `"com.example.none" is not installed`)
		require.ErrorContains(t, h.Put(appH, 9), "List(9) is no list")
		_, err := ParseList("muted")
		require.ErrorContains(t, err, "use enabled, ignored, opportunistic, paused or non-waking")
	})
}
