package lesson

// The terms, each explained at the step where it first appears.
var (
	wordTLS         = Word{"TLS", "the protocol that encrypts a connection and proves who is at the other end; the S in https"}
	wordServerName  = Word{"server name (SNI)", "the name of the host that the client wants to talk to. It is sent first, so that the server can choose the certificate for it"}
	wordALPN        = Word{"ALPN", "the list of protocols that the client can speak inside TLS; the server picks one"}
	wordCertificate = Word{"certificate", "a public key and a name, signed by somebody whom others trust. The certificate is no secret; the private key that belongs to it is"}
	wordRoot        = Word{"root certificate", "the certificate at the end of the chain. It is trusted because it is installed, and for no other reason"}
	wordKeyPair     = Word{"private key, public key", "two keys that belong together. What the private key signs, everybody can check with the public key; nobody can sign with the public key"}
	wordHash        = Word{"hash", "a fixed number of bytes computed from data. Other data gives other bytes, and nobody can find data for given bytes"}
	wordJWT         = Word{"JWT", "JSON Web Token: two JSON objects and a signature over both, as text. Apple calls this one the provider token"}
	wordBase64URL   = Word{"base64url", "a way to write bytes with letters, digits, - and _. It is no encryption: everybody can read it"}
	wordCSR         = Word{"certificate signing request", "a public key, signed with its private key: please make a certificate for the key that I hold"}
	wordFrame       = Word{"frame", "one message on the connection, with its length in front"}
	wordNonce       = Word{"nonce", "a number that is used once. Because it is new in each login, a recorded signature is of no use in the next one"}
	wordSignature   = Word{"signature", "bytes that only the holder of the private key can make, and that fit only the data that was signed"}
	wordBaseToken   = Word{"base token", "the token by which APNs knows the device itself. Each app gets a device token of its own besides"}
	wordSIV         = Word{"AES-SIV", "encryption that also shows any change: whoever changes one bit gets nothing at all out of it"}
	wordSynthetic   = Word{"synthetic IV", "the first 16 bytes. An IV (initialization vector) is what an encryption starts from; usually it is random, here it is computed from the content with the key. After decryption it is computed again: if it differs, somebody has changed the bytes"}
	wordEpoch       = Word{"epoch", "a counter in the token: how many times tokens of this device had been retired when the token was made. If APNs counts more today, the token is one of the old ones"}
	wordTopic       = Word{"topic", "the name of the app that a push is for: its bundle ID, such as com.example.lesson"}
	wordDeviceToken = Word{"device token", "the address of one app on one device. To everybody but APNs it is bytes without meaning"}
	wordStream      = Word{"stream", "a request and its answer on a connection. Many are under way at the same time and are told apart by a number"}
	wordHPACK       = Word{"HPACK", "how HTTP/2 shortens headers: frequent ones are a number in a table, text is compressed"}
	wordPayload     = Word{"payload", "the JSON that the provider writes and the device shows; at most 4096 bytes"}
	wordAck         = Word{"acknowledgement", "the device's answer: I have it. Without it, APNs sends the push again after the next login"}
)
