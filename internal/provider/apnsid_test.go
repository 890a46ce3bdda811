package provider

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestIDsAreUUIDsInTheCaseOfTheirKind(t *testing.T) {
	id := uuid.UUID{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10}
	assert.Equal(t, "01234567-89AB-CDEF-FEDC-BA9876543210", idText(id, upperDigits), "observed: jchambers/pushy#184")
	assert.Equal(t, "01234567-89ab-cdef-fedc-ba9876543210", idText(id, lowerDigits), "observed: AndrewBarba/apns2#95")

	ids := newIDSource()
	first, second := ids.apnsID(), ids.apnsID()
	require.True(t, validID(first), first)
	assert.NotEqual(t, first, second)
}
