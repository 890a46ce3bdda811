package main

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheTokenOfTheControlAPIIsShown(t *testing.T) {
	var shown []string
	api := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		shown = append(shown, r.Header.Get("Authorization"))
	}))
	defer api.Close()
	for _, token := range []string{"0123456789abcdef", ""} {
		_, err := newControl(api.URL, token).rootPEM(t.Context())
		require.NoError(t, err)
	}
	assert.Equal(t, []string{"Bearer 0123456789abcdef", ""}, shown)
}
