package providerauth

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
)

// readIssuedAt reads the iat claim, seconds since 1970, from a number or a
// string with a number in it.
func readIssuedAt(raw json.RawMessage) (seconds float64, used tolerance, err error) {
	if raw == nil {
		return 0, 0, errors.New("iat is missing")
	}
	number := string(raw)
	if raw[0] == '"' {
		used |= issuedAtString
		if err := json.Unmarshal(raw, &number); err != nil {
			return 0, 0, fmt.Errorf("iat: %w", err)
		}
	}
	var value *float64 // stays nil for null
	if err := json.Unmarshal([]byte(number), &value); err != nil || value == nil {
		return 0, 0, fmt.Errorf("iat is %s, not a number of seconds since 1970", quote(number))
	}
	seconds = *value
	if seconds != math.Trunc(seconds) {
		used |= issuedAtFraction
	}
	return seconds, used, nil
}

// farFuture is beyond every clock and still inside what a time.Duration from
// now can express.
const farFuture = 1 << 33

// issueTime returns iat as a time. A value out of range is moved to the nearest end of
// the range, where its age is rejected all the same.
func issueTime(seconds float64) time.Time {
	seconds = min(max(seconds, 0), farFuture)
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(fraction*float64(time.Second)))
}

// quote quotes text of a peer, shortened.
func quote(s string) string {
	const most = 40
	if len(s) > most {
		return strconv.Quote(s[:most]) + "…"
	}
	return strconv.Quote(s)
}
