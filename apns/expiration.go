package apns

import "time"

// An Expiration is a value of the apns-expiration header: UNIX seconds, 0 for
// one attempt without storage, or [DefaultExpiration] if there was no header.
type Expiration int64

// DefaultExpiration stands for an absent header: APNs keeps the notification
// by its default policy, 30 days.
const DefaultExpiration Expiration = -1

// MaxRetention is the longest time APNs keeps a notification for a device that
// is away. "Viewing the status of push notifications using metrics and APNs".
const MaxRetention = 30 * 24 * time.Hour

// Deadline returns until when a notification accepted at now may wait for its
// device: [MaxRetention] after now at the latest. It is now or earlier if the
// notification must not be stored.
func (e Expiration) Deadline(now time.Time) time.Time {
	longest := now.Add(MaxRetention)
	switch {
	case e == DefaultExpiration:
		return longest
	case e <= 0:
		return now
	case int64(e) > longest.Unix(): // seconds, since time.Unix overflows on what a provider may write
		return longest
	}
	return time.Unix(int64(e), 0)
}
