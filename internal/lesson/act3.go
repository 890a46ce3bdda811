package lesson

import (
	"encoding/json"
	"fmt"
)

// giveToken is act 3: the app hands the token to its provider.
func giveToken(r *run) error {
	r.act("The app hands the device token to its provider")
	text := fmt.Sprintf("%x", r.device.token)
	body, err := json.Marshal(map[string]string{"deviceToken": text})
	if err != nil {
		return fmt.Errorf("write the device token: %w", err)
	}
	at := find(body, []byte(text), 0)
	at.Name, at.Meaning = "device token", "the 32 bytes of the token in hex"
	r.step(Step{
		ID: "hand-over", Title: "The app tells its provider the token", From: Device, To: Provider, Sent: "device token", Outside: true,
		Plain: "Now the app must tell the provider where to send pushes. It does so over its own connection to its own server, in whatever way the developer likes. " +
			"APNs has no part in this, and Apple does not see it. The provider stores the token with the user's account.",
		Exactly: "There is no standard protocol for this; below is one way to do it, as the body of a POST over https. The provider cannot decrypt the token. " +
			"The token alone is useless: to push, one must also prove to be the provider. An app sends the token each time it starts, because it may change.",
		Keys:   []HeldKey{{APNs, "device-token key", "secret", "neither app nor provider has it"}},
		Blocks: []Block{{Title: "what the app might send", Bytes: body, Text: true, Parts: []Part{at}}},
		Links:  []Link{appleRegister},
	})
	return nil
}
