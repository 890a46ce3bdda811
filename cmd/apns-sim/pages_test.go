package main

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestVerbsListEverythingHoweverManyPagesThereAre(t *testing.T) {
	d := drive(t)
	for _, team := range []string{"SPACE00001", "SPACE00002", "SPACE00003"} {
		d.do("space", "create", "--team", team)
		d.do("channel", "create", "com.example.demo")
	}
	lists := [][]string{
		{"device", "list"}, {"space", "list"}, {"team", "list"}, {"connection", "list"}, {"channel", "list", "com.example.demo"},
	}
	entries := func(list []string) []map[string]any {
		found := lines[map[string]any](t, succeed(t, append(list, "--json")...))
		for _, entry := range found {
			delete(entry, "time") // what time it is in a space
		}
		return found
	}
	whole := make([][]map[string]any, len(lists))
	for i, list := range lists {
		whole[i] = entries(list)
	}

	target, err := url.Parse(d.server.Control)
	require.NoError(t, err)
	var pages atomic.Int32
	server := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		pages.Add(1)
		r.SetURL(target)
		query := r.Out.URL.Query()
		query.Set("limit", "1")
		r.Out.URL.RawQuery = query.Encode()
	}})
	t.Cleanup(server.Close)
	t.Setenv("APNS_SIM_CONTROL", server.URL)
	for i, list := range lists {
		pages.Store(0)
		assert.Equal(t, whole[i], entries(list), list)
		assert.GreaterOrEqual(t, len(whole[i]), 3, list)
		assert.EqualValues(t, len(whole[i]), pages.Load(), list)
	}
}

func TestAListIs1000EntriesLongUnlessSomethingElseIsSaid(t *testing.T) {
	s := serve(t, "--any-port")
	const channels = 1003
	for range channels {
		require.Equal(t, http.StatusCreated, api(t, s, http.MethodPost, "/v1/channels", `{"topic":"com.example.demo"}`, nil))
	}
	var page struct {
		Channels []struct{ ID string }
		Next     string
	}
	require.Equal(t, http.StatusOK, api(t, s, http.MethodGet, "/v1/channels?topic=com.example.demo", "", &page))
	assert.Len(t, page.Channels, 1000)
	require.NotEmpty(t, page.Next)
	after := page.Next
	page.Next = ""
	require.Equal(t, http.StatusOK, api(t, s, http.MethodGet, "/v1/channels?topic=com.example.demo&after="+url.QueryEscape(after), "", &page))
	assert.Len(t, page.Channels, channels-1000)
	assert.Empty(t, page.Next)
}
