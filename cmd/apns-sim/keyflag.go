package main

import (
	"fmt"
	"strings"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/providerauth"
)

// keyGrammar is what --key is written like.
const keyGrammar = "TEAM:KEYID:FILE[,production|sandbox][,topic=BUNDLEID…][,related=KEYID]"

// parseKey reads the value of --key: a key, and what restricts it.
// "Establishing a token-based connection to APNs".
func parseKey(text string) (providerauth.Key, error) {
	words := strings.Split(text, ",")
	parts := strings.SplitN(words[0], ":", 3)
	if len(parts) != 3 {
		return providerauth.Key{}, badFlag("key", " is %q; write TEAM:KEYID:FILE, for instance ABCDE12345:KEY1234567:AuthKey_KEY1234567.p8", text)
	}
	signing, err := keystore.LoadSigningKey(parts[2], parts[0], parts[1])
	if err != nil {
		return providerauth.Key{}, badFlag("key", ": %w", err)
	}
	key := signing.Public()
	for _, word := range words[1:] {
		if err := restrict(&key, word); err != nil {
			return providerauth.Key{}, badFlag("key", " %s:%s: %w", key.TeamID, key.ID, err)
		}
	}
	if err := key.Check(); err != nil {
		return providerauth.Key{}, badFlag("key", " %s:%s: %w", key.TeamID, key.ID, err)
	}
	return key, nil
}

// restrict applies one word to a key.
func restrict(key *providerauth.Key, word string) error {
	switch name, value, _ := strings.Cut(word, "="); name {
	case apns.Production.String(), apns.Sandbox.String():
		env, err := apns.ParseEnvironment(word)
		if err != nil {
			return err
		}
		key.Environments = append(key.Environments, env)
	case "topic":
		if !apns.ValidTopic(value) {
			return fmt.Errorf("topic=%s is not a bundle ID", value)
		}
		key.Topics = append(key.Topics, value)
	case "related":
		if key.Related != "" {
			return fmt.Errorf("the key already has related=%s; only one is allowed", key.Related)
		}
		key.Related = value
	default:
		return fmt.Errorf("unknown restriction %q; write %s", word, keyGrammar)
	}
	return nil
}
