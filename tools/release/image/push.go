package main

import (
	"fmt"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// push sends a layout to a registry under some references, and prints its digest.
func push(folder string, references []string) error {
	index, err := layout.ImageIndexFromPath(folder)
	if err != nil {
		return err
	}
	digest, err := index.Digest()
	if err != nil {
		return err
	}
	for _, text := range references {
		reference, err := name.ParseReference(text)
		if err != nil {
			return err
		}
		if err := remote.WriteIndex(reference, index, remote.WithAuthFromKeychain(authn.DefaultKeychain)); err != nil {
			return fmt.Errorf("push %s: %w", reference, err)
		}
	}
	_, err = fmt.Println(digest)
	return err
}
