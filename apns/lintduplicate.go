package apns

import (
	"bytes"
	"encoding/json"
)

// checkDuplicates looks for keys that occur twice in one object, which the
// decoded payload does not show any more.
func (l *linter) checkDuplicates() {
	d := json.NewDecoder(bytes.NewReader(l.raw))
	for _, path := range duplicates(d, "") {
		l.advise(AdviceDuplicateKey, "%s occurs more than once in its object", shorten(path))
	}
}

// duplicates reads one value, which has been decoded before, and returns the
// path of each key that repeats another.
func duplicates(d *json.Decoder, path string) (found []string) {
	token, err := d.Token()
	if err != nil {
		return nil
	}
	switch token {
	case json.Delim('{'):
		seen := make(map[string]bool)
		for d.More() {
			name, _ := d.Token()
			key, _ := name.(string)
			at := key
			if path != "" {
				at = path + "." + key
			}
			if seen[key] {
				found = append(found, at)
			}
			seen[key] = true
			found = append(found, duplicates(d, at)...)
		}
	case json.Delim('['):
		for d.More() {
			found = append(found, duplicates(d, path)...)
		}
	default:
		return nil
	}
	_, _ = d.Token() // the end of the object or array
	return found
}
