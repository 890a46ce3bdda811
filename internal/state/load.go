package state

import "fmt"

// Load decodes the entries of all kinds, which load returns in the order of their keys.
func Load[E ~struct {
	Key   string
	Value []byte
}](load func(kind string) ([]E, error)) (*Document, error) {
	d := &Document{Version: Version}
	for _, s := range sections {
		entries, err := load(string(s.kind()))
		if err != nil {
			return nil, fmt.Errorf("load %s: %w", s.kind(), err)
		}
		for _, e := range entries {
			e := struct { // the form of E
				Key   string
				Value []byte
			}(e)
			if err := s.load(d, e.Value); err != nil {
				return nil, fmt.Errorf("the state is damaged: %w; restore it from a copy, or start with an empty directory", at(fmt.Sprintf("%s %q", s.kind(), e.Key), err))
			}
		}
	}
	return d, nil
}
