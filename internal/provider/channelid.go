package provider

import (
	"encoding/base64"
	"fmt"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
)

// maxChannelID is the longest apns-channel-id, in characters. Apple gives no figure
// and asks not to assume a length.
const maxChannelID = 128

// checkChannelID requires the header of a request that names a channel.
func (r *channelRequest) checkChannelID() *apns.Rejection {
	if !r.route.needsChannel {
		return nil
	}
	text := r.channelIDHeader.value
	if text == "" {
		detail := "there is no apns-channel-id; it is a header, not a part of the path"
		if r.method == "GET" { // observed: kylebrowning/APNSwift#240, which lists so
			detail += "; the list of all channels is " + "/1/apps/" + r.bundleID + "/all-channels"
		}
		return apns.Reject(apns.MissingChannelId, detail)
	}
	if len(text) > maxChannelID {
		return apns.Reject(apns.BadChannelId, fmt.Sprintf("apns-channel-id has %d characters, more than %d", len(text), maxChannelID))
	}
	id, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return apns.Reject(apns.BadChannelId, "apns-channel-id is", quote(text)+", not base64:", err.Error())
	}
	r.channelID = broker.ChannelID(id)
	return nil
}
