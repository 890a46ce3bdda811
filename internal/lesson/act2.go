package lesson

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// A serverStep is a step in which a client checks the certificate of APNs.
type serverStep struct {
	id, name, plain string
	client          Party
	conn            interface{ state() tls.ConnectionState }
}

func (c *h2Conn) state() tls.ConnectionState  { return c.conn.ConnectionState() }
func (s *session) state() tls.ConnectionState { return s.conn.ConnectionState() }

// showServer adds the step.
func (r *run) showServer(s serverStep) {
	state := s.conn.state()
	chain := state.VerifiedChains[0]
	r.root = chain[len(chain)-1]
	r.step(Step{
		ID: s.id, Title: "APNs shows its certificate", From: APNs, To: s.client, Sent: "Certificate, CertificateVerify",
		Plain: s.plain,
		Exactly: "TLS 1.3 sends Certificate and CertificateVerify encrypted. The client validates the path up to an installed root, finds " + s.name +
			" in subjectAltName, and checks with CertificateVerify that the server holds the key. The simulator uses its own root, not one of Apple's.",
		Keys: []HeldKey{
			{APNs, "key of the certificate", "private", "signs the handshake"},
			{s.client, "root certificate " + r.root.Subject.CommonName, "public", "installed before"},
		},
		Blocks: []Block{certificateBlock("certificate of APNs", chain[0])},
		Checks: serverChecks(s.client, chain, s.name, r.now()),
		Rows: []Row{
			{"protocol", tls.VersionName(state.Version) + ", " + tls.CipherSuiteName(state.CipherSuite)},
			{"ALPN", state.NegotiatedProtocol},
		},
		Words: []Word{wordCertificate, wordRoot},
		Links: []Link{certificateRFC, certVerifyRFC, pathRFC},
	})
}

// deviceTrust is act 2: the device and APNs prove to each other who they are, and the device
// token is made.
func deviceTrust(r *run) error {
	r.act("Device and APNs prove to each other who they are, and the device token is made")
	var err error
	if r.device, err = r.Control.activate(r.ctx, r.space.Team, topic); err != nil {
		return err
	}
	r.showActivation()
	if r.session, err = r.dialCourier(false); err != nil {
		return err
	}
	r.step(Step{
		ID: "device-tls", Title: "The device connects to APNs", From: Device, To: APNs, Sent: "ClientHello",
		Plain:   "The device opens a connection to APNs. It uses this one connection for all its apps, and keeps it open as long as it can.",
		Exactly: "TCP port 5223, TLS 1.3, to a host whose name begins with courier at Apple: the courier is the part of APNs that talks to devices. ALPN is apns-security-v3, which means that the device proves who it is in its first message, inside TLS.",
		Blocks:  []Block{helloBlock(r.session.hello)},
		Links:   []Link{clientHelloRFC, alpnRFC, appleOverview},
	})
	r.showServer(serverStep{
		id: "courier-certificate", client: Device, name: courierName, conn: r.session,
		plain: "Is this really APNs? The device checks the certificate of APNs before it says who it is.",
	})
	if err := showLogin(r); err != nil {
		return err
	}
	if err := showBaseToken(r); err != nil {
		return err
	}
	return showAppToken(r)
}

func (r *run) showActivation() {
	d := r.device
	csr := blockWriter{Block{Title: "certificate signing request", Long: true}}
	request, err := x509.ParseCertificateRequest(d.csr)
	if err != nil { // it was made a moment ago
		return
	}
	key, tbs := find(d.csr, request.RawSubjectPublicKeyInfo, 0), find(d.csr, request.RawTBSCertificateRequest, 0)
	csr.add(d.csr[:key.At], "head, version, subject", "", "")
	csr.add(d.csr[key.At:end(key)], "subjectPublicKeyInfo", "ECDSA, P-256", "the public half of the key that the device has made")
	csr.add(d.csr[end(key):end(tbs)], "attributes", "", "none")
	csr.add(d.csr[end(tbs):], "signature", "", "made with the private half; it proves that the device holds it")
	r.step(Step{
		ID: "activation", Title: "The device gets a certificate", From: Device, To: APNs, Sent: "signing request, to the activation server",
		Plain: "When a device is switched on for the first time, it makes a pair of keys. It keeps the private key. For the public key it gets a certificate, the device certificate, from Apple's activation server. " +
			"That server is not part of APNs, but it is Apple's too, so the picture shows it as APNs.",
		Exactly: "A PKCS #10 request; the response is an X.509 certificate. Apple's activation server is albert.apple.com; in the simulator the control API does its work (POST /v1/activation). " +
			"From now on, any holder of the private key for this certificate counts as the device.",
		Keys:   []HeldKey{{Device, "device key", "private", "never leaves the device"}, {APNs, "key of the device CA", "private", "held by the activation server; signed the device certificate"}},
		Blocks: []Block{csr.Block, certificateBlock("device certificate", d.leaf)},
		Words:  []Word{wordKeyPair, wordCSR, wordControlAPI},
		Links:  []Link{csrRFC, pathRFC},
	})
}

// showLogin shows certificate, nonce and signature, and how they are verified.
func showLogin(r *run) error {
	connect, err := r.device.connect(r.now())
	if err != nil {
		return err
	}
	sent, received, err := r.session.exchange(connect, courier.CmdConnectResponse, &r.response)
	if err != nil {
		return err
	}
	if r.response.Status != courier.ConnectAccepted || len(r.response.Token) == 0 {
		return fmt.Errorf("the courier rejected the login with status %d: %s", r.response.Status, r.response.RejectionReason)
	}
	r.answered = received
	r.device.base = bytes.Clone(r.response.Token)
	r.step(Step{
		ID: "connect", Title: "The device proves who it is", From: Device, To: APNs, Sent: "Connect: certificate, nonce, signature",
		Plain: "The device sends its certificate, a nonce, and a signature of the nonce. Anybody could send a copy of the certificate. " +
			"But only the holder of the private key can sign, and the nonce shows that the signature was made just now.",
		Exactly: "Connect, command 7, fields 12 (certificates), 13 (nonce: kind, time in milliseconds, 8 random bytes) and 14 (signature). There is no field 1: the device has no token yet. " +
			"Apple has not published any of this; fields and order are as observed in apsd, the push daemon on Apple's devices.",
		Keys:   []HeldKey{{Device, "device key", "private", "signs the nonce"}},
		Blocks: []Block{frameBlock(sent, courier.FromDevice, topic)},
		Words:  []Word{wordFrame, wordNonce, wordSignature},
		Links:  []Link{appleOverview},
	})
	return r.showDeviceVerified(connect)
}

func (r *run) showDeviceVerified(connect *courier.Connect) error {
	leaf := r.device.leaf
	if err := courier.VerifyNonce(leaf.PublicKey, connect.Nonce, connect.Signature); err != nil {
		return fmt.Errorf("verify the nonce: %w", err)
	}
	at, err := courier.ParseNonce(connect.Nonce)
	if err != nil {
		return fmt.Errorf("read the nonce: %w", err)
	}
	authority, err := x509.ParseCertificate(r.device.chain[len(r.device.chain)-1])
	if err != nil {
		return fmt.Errorf("read the device authority: %w", err)
	}
	if err := leaf.CheckSignatureFrom(authority); err != nil {
		return fmt.Errorf("verify the device certificate: %w", err)
	}
	r.step(Step{
		ID: "device-verified", Title: "APNs verifies the device", From: APNs,
		Plain: "APNs checks four things. Is the time in the nonce right? Does the signature match the certificate? Is the certificate from Apple? Is the nonce new? " +
			"Then it computes a short name for the device from the public key: the device ID.",
		Exactly: "The checks of the courier, in its order. The device ID is the first 8 bytes of the SHA-256 of subjectPublicKeyInfo; how Apple names devices internally is not known. " +
			"The lesson has repeated the checks with the same bytes; the simulator's own response follows in step 12.",
		Keys: []HeldKey{{APNs, "public key in the device certificate", "public", "checks the signature"}, {APNs, "certificate of the device CA", "public", "checks the certificate"}},
		Checks: []Check{
			{By: APNs, Name: "time of the nonce", Left: Row{"nonce", at.UTC().Format(time.TimeOnly)}, Right: Row{"clock of APNs", r.now().UTC().Format(time.TimeOnly)}, Result: Passed},
			{By: APNs, Name: "signature", Result: Passed, Seen: "signature over the nonce", Detail: "matches the public key in the certificate"},
			{By: APNs, Name: "certificate", Result: Passed, Seen: "signed by " + leaf.Issuer.CommonName, Detail: "which APNs trusts"},
			{By: APNs, Name: "nonce", Result: Passed, Seen: fmt.Sprintf("%x", connect.Nonce), Detail: "not used before"},
		},
		Blocks: []Block{r.deviceIDBlock()},
		Links:  []Link{pathRFC, appleOverview},
	})
	return nil
}

// deviceIDBlock is the hash that the device ID is the beginning of.
func (r *run) deviceIDBlock() Block {
	sum := sha256.Sum256(r.device.leaf.RawSubjectPublicKeyInfo)
	w := blockWriter{Block{Title: "SHA-256 of the public key in the device certificate"}}
	w.add(sum[:deviceIDSize], "device ID", deviceID(r.device.leaf), "the name of the device inside APNs")
	w.add(sum[deviceIDSize:], "the rest", "", "not used")
	return w.Block
}

// showBaseToken shows how the token is made, and that it is returned.
func showBaseToken(r *run) error {
	record, opened, err := r.decrypt("record before it is encrypted", r.device.base)
	if err != nil {
		return err
	}
	r.step(Step{
		ID: "token-made", Title: "APNs makes a token from the device certificate and encrypts it", From: APNs,
		Plain: "APNs itself makes the token; neither the device nor the app does. APNs writes a short record that says which device this is. The device ID in it comes from the device certificate. Then APNs encrypts the record with a key that only APNs has. The result is the token. " +
			"APNs does not need a list of tokens: everything it needs is in the token.",
		Exactly: "AES-SIV (RFC 5297) with the device-token key over 16 bytes: flags, device ID, topic tag, epoch. The same record gives the same token each time. " +
			"Apple documents that the token is encrypted with a token key and identifies the device; the layout is this simulator's. The control API has decrypted it for this lesson (GET /v1/tokens/TOKEN).",
		Keys:   []HeldKey{{APNs, "device-token key", "secret", "encrypts and decrypts tokens; nobody else has it"}},
		Blocks: []Block{record, encryptedBlock("base token, as the device gets it", r.device.base)},
		Checks: []Check{{By: APNs, Name: "device ID", Left: Row{"from the device certificate", deviceID(r.device.leaf)}, Right: Row{"in the record", opened.Device}, Result: compare(deviceID(r.device.leaf), opened.Device)}},
		Words:  []Word{wordBaseToken, wordSIV, wordSynthetic, wordEpoch, wordUser},
		Links:  []Link{sivRFC, appleOverview},
	})
	r.step(Step{
		ID: "connect-response", Title: "APNs accepts the device and gives it the token", From: APNs, To: Device, Sent: "Connect response: accepted, base token",
		Plain:   "The device is accepted. It stores the token and shows it at each later login. It cannot decrypt it.",
		Exactly: "Connect response, command 8: status 0 accepts; field 3 is the base token, which is sent when it is new.",
		Keys:    []HeldKey{{APNs, "device-token key", "secret", "the device gets the token, not the key"}},
		Blocks:  []Block{frameBlock(r.answered, courier.FromServer, topic)},
		Links:   []Link{appleOverview},
	})
	return nil
}

// compare gives the result of a comparison.
func compare(a, b string) string {
	if a == b {
		return Equal
	}
	return NotEqual
}

// showAppToken shows how the app gets its own token.
func showAppToken(r *run) error {
	filter, err := r.session.send(r.device.filter(topic))
	if err != nil {
		return err
	}
	var response courier.TokenResponse
	sent, received, err := r.session.exchange(r.device.askToken(topic), courier.CmdTokenResponse, &response)
	if err != nil {
		return err
	}
	if response.Status != courier.TokenAccepted {
		return fmt.Errorf("the courier rejected the token request with status %d", response.Status)
	}
	r.device.token = bytes.Clone(response.Token)
	r.step(Step{
		ID: "token-request", Title: "An app asks for its device token", From: Device, To: APNs, Sent: "Filter, token request",
		Plain:   "The app says to the device: I want to get pushes. The device tells APNs that it wants pushes for this app, and asks for a token for the app.",
		Exactly: "The app calls registerForRemoteNotifications. The device sends Filter (command 9: the topics it wants, each as its SHA-1) and token request (command 0x11) with its base token and the hash of the topic.",
		Blocks:  []Block{frameBlock(filter, courier.FromDevice, topic), frameBlock(sent, courier.FromDevice, topic)},
		Words:   []Word{wordTopic},
		Links:   []Link{appleRegister},
	})
	record, opened, err := r.decrypt("record in the device token, as only APNs sees it", r.device.token)
	if err != nil {
		return err
	}
	hash := apns.HashTopic(topic)
	tag := fmt.Sprintf("%x", hash[:tagSize])
	if opened.Device != deviceID(r.device.leaf) || opened.TopicTag != tag {
		return errors.New("the device token is not that of the device and the app")
	}
	r.step(Step{
		ID: "device-token", Title: "APNs returns the device token of the app", From: APNs, To: Device, Sent: "token response: device token",
		Plain: "APNs makes a second token. Its record names the device, the app and the environment: production or sandbox. " +
			"So another app on this device has a different token, and so has this app in the other environment.",
		Exactly: "Token response, command 0x12. The record has the device ID, the first 4 bytes of the SHA-1 of the topic, and the environment in its flags. Encrypted as before. " +
			"The app gets it in didRegisterForRemoteNotificationsWithDeviceToken. Apple says that device tokens are of variable length, and does not document their structure: do not rely on 32 bytes.",
		Keys:   []HeldKey{{APNs, "device-token key", "secret", "device and app cannot decrypt the token"}},
		Blocks: []Block{frameBlock(received, courier.FromServer, topic), record},
		Checks: []Check{
			{By: APNs, Name: "device ID", Left: Row{"from the device certificate", deviceID(r.device.leaf)}, Right: Row{"in the record", opened.Device}, Result: Equal},
			{By: APNs, Name: "topic", Left: Row{"SHA-1 of " + topic, tag + "…"}, Right: Row{"in the record", opened.TopicTag}, Result: Equal},
		},
		Words: []Word{wordDeviceToken, wordEnvironment},
		Links: []Link{sivRFC, appleRegister},
	})
	return nil
}
