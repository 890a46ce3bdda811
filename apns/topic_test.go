package apns_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/apns"
)

func TestATopicIsHashedWithSHA1(t *testing.T) {
	rows := map[string]string{
		"com.example.app":  "a003f1da17993ee51f2b3ceef6c6153afa8f3ec2",
		"com.apple.madrid": "e4e6d952954168d0a5db02dbaf27cc35fc18d159",
		"":                 "da39a3ee5e6b4b0d3255bfef95601890afd80709",
	}
	for topic, want := range rows {
		hash := apns.HashTopic(topic)
		assert.Equal(t, want, hex.EncodeToString(hash[:]), topic)
	}
}

func TestATopicLooksLikeABundleID(t *testing.T) {
	rows := []struct {
		name, topic string
		want        bool
	}{
		{"bundle id", "com.example.App-2", true},
		{"with a suffix", "com.example.app.push-type.liveactivity", true},
		{"underscore", "com.example.my_app", true},
		{"one word", "app", true},
		{"longest", strings.Repeat("a", 255), true},
		{"empty", "", false},
		{"too long", strings.Repeat("a", 256), false},
		{"space behind", "com.example.app ", false},
		{"line break", "com.example.app\n", false},
		{"wildcard", "com.example.*", false},
		{"slash", "com/example", false},
		{"beyond ASCII", "com.exämple.app", false},
		{"zero byte", "com\x00", false},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) { assert.Equal(t, row.want, apns.ValidTopic(row.topic)) })
	}
}
