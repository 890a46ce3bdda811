package space_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/space"
)

func open(t *testing.T, r *space.Registry, team string) *space.Space {
	t.Helper()
	s, err := r.Open(team)
	require.NoError(t, err)
	require.Equal(t, team, s.Team())
	return s
}

func TestEverybodyIsInTheCommonWorldUntilASpaceIsOpened(t *testing.T) {
	for name, r := range map[string]*space.Registry{"no registry": nil, "an empty one": space.New(nil)} {
		t.Run(name, func(t *testing.T) {
			assert.Nil(t, r.Of("TEAM"))
			assert.Nil(t, r.Home(apns.DeviceID{1}))
			assert.Empty(t, r.All())
			assert.Empty(t, r.Of("TEAM").Team())
			assert.Nil(t, r.Clock(nil))
		})
	}
}

func TestASpaceIsOpenedOncePerTeam(t *testing.T) {
	r := space.New(nil)
	b, a := open(t, r, "B"), open(t, r, "A")
	assert.Same(t, a, r.Of("A"))
	assert.Equal(t, []*space.Space{a, b}, r.All())
	_, err := r.Open("A")
	require.ErrorContains(t, err, "team A has a space already")

	r.Close(a)
	assert.Nil(t, r.Of("A"))
	again := open(t, r, "A")
	assert.NotSame(t, a, again, "a space of the same name is another one")
	assert.Empty(t, r.Close(a), "closing the former one changes nothing")
	assert.Same(t, again, r.Of("A"))
}

func TestADeviceIsInOneSpaceAtATime(t *testing.T) {
	r := space.New(nil)
	a, b := open(t, r, "A"), open(t, r, "B")
	one, two := apns.DeviceID{1}, apns.DeviceID{2}
	r.Settle(two, a)
	r.Settle(one, a)
	assert.Same(t, a, r.Home(one))
	assert.Equal(t, 2, r.Population(a))

	r.Settle(one, b)
	assert.Same(t, b, r.Home(one))
	r.Settle(one, nil)
	assert.Nil(t, r.Home(one))

	assert.Equal(t, []apns.DeviceID{two}, r.Close(a))
	assert.Nil(t, r.Home(two), "it outlives its space, in the common world")
	r.Settle(two, a)
	assert.Nil(t, r.Home(two), "a closed space takes nobody")
}

func TestASpaceHasItsOwnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		common := new(clock.Clock)
		common.Advance(time.Hour)
		r := space.New(common)
		a, b := open(t, r, "A"), open(t, r, "B")
		assert.Same(t, common, r.Clock(nil))
		assert.Equal(t, common.Now(), r.Clock(a).Now(), "it begins with that of the common world")
		r.Clock(a).Advance(time.Hour)
		assert.Equal(t, common.Now().Add(time.Hour), r.Clock(a).Now())
		assert.Equal(t, common.Now(), r.Clock(b).Now())
		assert.Equal(t, uint64(2), common.Moves(), "whoever watches the common clock hears of it")
	})
}
