package provider

import "strconv"

// quote quotes what a peer sent, shortened for a log line.
func quote(s string) string {
	const most = 64
	if len(s) > most {
		return strconv.Quote(s[:most]) + "…"
	}
	return strconv.Quote(s)
}
