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

func TestEveryTeamIsInTheDefaultSpaceUntilItsOwnIsOpened(t *testing.T) {
	for name, r := range map[string]*space.Registry{"no registry": nil, "an empty one": space.New(nil)} {
		t.Run(name, func(t *testing.T) {
			assert.Nil(t, r.ForTeam("TEAM"))
			assert.Nil(t, r.ForDevice(apns.DeviceID{1}))
			assert.Empty(t, r.All())
			assert.Empty(t, r.ForTeam("TEAM").Team())
			assert.Nil(t, r.Clock(nil))
		})
	}
}

func TestASpaceIsOpenedOncePerTeam(t *testing.T) {
	r := space.New(nil)
	b, a := open(t, r, "B"), open(t, r, "A")
	assert.Same(t, a, r.ForTeam("A"))
	assert.Equal(t, []*space.Space{a, b}, r.All())
	_, err := r.Open("A")
	require.ErrorContains(t, err, "team A has a space already")

	r.Close(a)
	assert.Nil(t, r.ForTeam("A"))
	again := open(t, r, "A")
	assert.NotSame(t, a, again, "a space of the same name is another one")
	assert.Empty(t, r.Close(a), "closing the former one changes nothing")
	assert.Same(t, again, r.ForTeam("A"))
}

func TestADeviceIsInOneSpaceAtATime(t *testing.T) {
	r := space.New(nil)
	a, b := open(t, r, "A"), open(t, r, "B")
	one, two := apns.DeviceID{1}, apns.DeviceID{2}
	r.Assign(two, a)
	r.Assign(one, a)
	assert.Same(t, a, r.ForDevice(one))
	assert.Equal(t, 2, r.DeviceCount(a))

	r.Assign(one, b)
	assert.Same(t, b, r.ForDevice(one))
	r.Assign(one, nil)
	assert.Nil(t, r.ForDevice(one))

	assert.Equal(t, []apns.DeviceID{two}, r.Close(a))
	assert.Nil(t, r.ForDevice(two), "it outlives its space, in the default space")
	r.Assign(two, a)
	assert.Nil(t, r.ForDevice(two), "a closed space takes nobody")
}

func TestASpaceHasItsOwnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		common := new(clock.Clock)
		common.Advance(time.Hour)
		r := space.New(common)
		a, b := open(t, r, "A"), open(t, r, "B")
		assert.Same(t, common, r.Clock(nil))
		assert.Equal(t, common.Now(), r.Clock(a).Now(), "it begins with that of the default space")
		r.Clock(a).Advance(time.Hour)
		assert.Equal(t, common.Now().Add(time.Hour), r.Clock(a).Now())
		assert.Equal(t, common.Now(), r.Clock(b).Now())
		assert.Equal(t, uint64(2), common.Moves(), "watching the clock of the default space is enough")
	})
}
