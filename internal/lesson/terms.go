package lesson

// The terms, each explained at the step where it first appears.
var (
	wordTLS         = Word{"TLS", "the protocol that encrypts a connection and proves who is at the other end; the S in https"}
	wordServerName  = Word{"server name (SNI)", "the name of the host that the client wants. The client sends it first, so that the server can choose the right certificate"}
	wordALPN        = Word{"ALPN", "the list of protocols that the client can speak inside TLS; the server picks one"}
	wordCertificate = Word{"certificate", "a public key and a name, signed by somebody that others trust. The certificate is public; only the private key that belongs to it is secret"}
	wordRoot        = Word{"root certificate", "the certificate at the end of the chain. It is trusted because it is installed, and for no other reason"}
	wordKeyPair     = Word{"private key, public key", "two keys that belong together. Everybody can use the public key to check what the private key has signed, but nobody can sign with the public key"}
	wordHash        = Word{"hash", "a fixed number of bytes computed from data. Different data gives different bytes, and nobody can work out the data from the bytes"}
	wordJWT         = Word{"JWT", "JSON Web Token: two JSON objects and a signature over both, as text. Apple calls this one the provider token"}
	wordBase64URL   = Word{"base64url", "a way to write bytes with letters, digits, - and _. It is not encryption: everybody can read it"}
	wordCSR         = Word{"certificate signing request", "a request that says: here is my public key, please make a certificate for it. It is signed with the private key"}
	wordFrame       = Word{"frame", "one message on a connection; its length is sent first, so that the receiver knows where it ends"}
	wordNonce       = Word{"nonce", "a number that is used only once. Each login has a new one, so a signature recorded in one login is useless in the next"}
	wordSignature   = Word{"signature", "bytes that only the holder of the private key can make, and that match only the data that was signed"}
	wordBaseToken   = Word{"base token", "the token that stands for the device itself. Each app gets its own device token in addition"}
	wordSIV         = Word{"AES-SIV", "encryption that also detects changes: if a single bit was changed, decryption fails and gives no result"}
	wordSynthetic   = Word{"synthetic IV", "the first 16 bytes. An IV (initialization vector) is what an encryption starts from; usually it is random, here it is computed from the content with the key. After decryption it is computed again. If it differs, somebody has changed the bytes, and the decrypted record is thrown away"}
	wordEpoch       = Word{"epoch", "a number in the token that shows whether the token is still valid. APNs numbers the times it retires tokens of a device: 1, 2, 3 and so on. A new token gets the number of the last time that concerned it, or 0. If a later one concerns it, the token is no longer valid. Removing an app retires only the token of that app; erasing the device retires all its tokens"}
	wordBundleID    = Word{"bundle ID", "the unique name of an app, such as com.example.lesson"}
	wordEnvironment = Word{"production, sandbox", "the two environments of APNs. Production is for apps from the App Store and TestFlight; the sandbox is for apps that developers install with Xcode. They are separate services, and a device token works in only one of them"}
	wordSettings    = Word{"SETTINGS", "the first HTTP/2 frame on a connection: each side tells the other its limits"}
	wordTeam        = Word{"team", "a developer account at Apple, with an ID of its own. Apps and keys belong to a team"}
	wordControlAPI  = Word{"control API", "the interface to control the simulator and look inside it. Apple has nothing like it"}
	wordUser        = Word{"user", "a person who uses the device. A shared iPad can have several, numbered from 0; most devices have only user 0"}
	wordBroker      = Word{"broker", "the part of the simulator that delivers accepted pushes, or stores them for later"}
	wordBurst       = Word{"burst", "many pushes to one device token in a short time. APNs may reject them"}
	wordReserved    = Word{"reserved device token", "a device token to which the simulator always gives the same response, for tests. Apple has none"}
	wordTopic       = Word{"topic", "the name of the app that a push is for: its bundle ID, or the bundle ID with an ending such as .voip for a special kind of push"}
	wordDeviceToken = Word{"device token", "the address of one app on one device. Only APNs can understand it; for everybody else the bytes have no meaning"}
	wordStream      = Word{"stream", "one request and its response on a connection. Many streams can be open at the same time; a number tells them apart"}
	wordHPACK       = Word{"HPACK", "how HTTP/2 shortens headers: common ones become a number in a table, and text is compressed"}
	wordPayload     = Word{"payload", "the JSON that the provider writes and the device shows; at most 4096 bytes"}
	wordAck         = Word{"acknowledgement", "the device's response: I have it. APNs keeps a push with a later expiration until it has this response, and otherwise sends it again after the next login. A push with expiration 0, like this one, is sent only once"}
)
