package lesson

import (
	"fmt"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// comeBack is act 4: the device comes back with its token.
func comeBack(r *run) error {
	r.act("The device comes back with its token")
	if err := r.session.conn.Close(); err != nil {
		return fmt.Errorf("close the connection of the device: %w", err)
	}
	var err error
	if r.session, err = r.dialCourier(false); err != nil {
		return err
	}
	connect, err := r.device.connect(r.now())
	if err != nil {
		return err
	}
	sent, received, err := r.session.exchange(connect, courier.CmdConnectResponse, &r.response)
	if err != nil {
		return err
	}
	if r.response.Status != courier.ConnectAccepted || len(r.response.Token) > 0 {
		return fmt.Errorf("the courier did not accept the base token: status %d %s", r.response.Status, r.response.RejectionReason)
	}
	r.step(Step{
		ID: "reconnect", Title: "The device reconnects and shows its token", From: Device, To: APNs, Sent: "Connect: token, certificate, nonce, signature",
		Plain: "The device was in a tunnel and lost the connection. It connects again. The TLS handshake is the same as before. " +
			"This time the device shows its encrypted token, together with its certificate, a new nonce and a new signature.",
		Exactly: "Connect with field 1, the base token. The device sends it back exactly as it received it.",
		Keys:    []HeldKey{{Device, "device key", "private", "signs the new nonce"}, {APNs, "device-token key", "secret", "will decrypt the token"}},
		Blocks:  []Block{frameBlock(sent, courier.FromDevice, topic)},
		Links:   []Link{appleOverview},
	})
	return r.showComparison(connect, received)
}

// showComparison shows the token decrypted, and that the device is the one it names.
func (r *run) showComparison(connect *courier.Connect, response []byte) error {
	record, opened, err := r.decrypt("record in the token, decrypted by APNs", connect.Token)
	if err != nil {
		return err
	}
	fromCertificate := deviceID(r.device.leaf)
	r.step(Step{
		ID: "comparison", Title: "APNs decrypts the token and compares: equal", From: APNs,
		Plain: "APNs decrypts the token with its device-token key. The record inside names a device ID. The certificate on this connection gives a device ID, too. " +
			"APNs compares the two: they are equal. So the token was made for exactly this device.",
		Exactly: "AES-SIV decryption fails if a single bit was changed. Then APNs compares the device ID in the record with the one computed from subjectPublicKeyInfo of the certificate whose key signed the nonce; " +
			"it checks environment and epoch as well. Apple's overview says that APNs validates the token against the device certificate in this way; the fields are this simulator's.",
		Keys:   []HeldKey{{APNs, "device-token key", "secret", "decrypts"}},
		Blocks: []Block{encryptedBlock("base token, as the device sent it", connect.Token), record, r.deviceIDBlock()},
		Checks: []Check{
			{By: APNs, Name: "device ID", Left: Row{"in the token", opened.Device}, Right: Row{"from the certificate", fromCertificate}, Result: compare(opened.Device, fromCertificate)},
			{By: APNs, Name: "environment", Left: Row{"in the token", opened.Environment}, Right: Row{"of this courier", "production"}, Result: compare(opened.Environment, "production")},
			{By: APNs, Name: "epoch", Result: Passed, Seen: fmt.Sprint(opened.Retirements), Detail: "this token has not been retired since"},
		},
		Words: []Word{wordSIV, wordSynthetic, wordEpoch},
		Links: []Link{sivOpenRFC, appleOverview},
	})
	filter, err := r.session.send(r.device.filter(topic))
	if err != nil {
		return err
	}
	var nothing courier.NoStorage
	stored, err := r.session.receive(courier.CmdNoStorage, &nothing)
	if err != nil {
		return err
	}
	r.step(Step{
		ID: "admitted", Title: "APNs accepts the device", From: APNs, To: Device, Sent: "Connect response: accepted",
		Plain:   "The device is connected again with the same token. The provider does not need to know. If a push had arrived meanwhile and been stored, APNs would send it now.",
		Exactly: "Connect response with status 0 and without field 3: the token stays the same. The device sends Filter again. No storage (command 0x0e) says that no push was waiting.",
		Blocks:  []Block{frameBlock(response, courier.FromServer, topic), frameBlock(filter, courier.FromDevice, topic), frameBlock(stored, courier.FromServer, topic)},
		Links:   []Link{appleOverview},
	})
	return nil
}
