package lesson

import (
	"encoding/hex"
	"fmt"
)

// sivSize is the length of the synthetic IV: RFC 5297, 2.2.
const sivSize = 16

// tokenParts are the two halves of an encrypted token, as everybody sees them.
func tokenParts(token []byte) []Part {
	if len(token) <= sivSize {
		return nil
	}
	return []Part{
		{Size: sivSize, Name: "synthetic IV", Meaning: "computed from the record with the device-token key; reveals any change"},
		{At: sivSize, Size: len(token) - sivSize, Name: "encrypted record", Meaning: "only APNs can decrypt it"},
	}
}

// encryptedBlock is a token as devices and providers see it.
func encryptedBlock(title string, token []byte) Block {
	return Block{Title: title, Bytes: token, Parts: tokenParts(token)}
}

// The fields of the record in a token.
const (
	flagsSize = 1
	tagSize   = 4
)

// decrypt asks APNs for what is in a token, and returns its record as a block, too.
func (r *run) decrypt(title string, token []byte) (Block, *decryptedToken, error) {
	decrypted, err := r.Control.decryptToken(r.ctx, token)
	if err != nil {
		return Block{}, nil, err
	}
	record, err := recordBlock(title, decrypted)
	return record, decrypted, err
}

// recordBlock is the record in a token, as only APNs sees it.
func recordBlock(title string, t *decryptedToken) (Block, error) {
	record, err := hex.DecodeString(t.Record)
	if err != nil || len(record) < flagsSize+deviceIDSize+tagSize {
		return Block{}, fmt.Errorf("the control API gave the record %q of a token", t.Record)
	}
	w := blockWriter{Block{Title: title}}
	take := func(n int, name, text, meaning string) {
		w.add(record[:n], name, text, meaning)
		record = record[n:]
	}
	kind, tag, tagText := "token of an app", "the first 4 bytes of the SHA-1 of the topic", t.Topic
	if t.Base {
		kind, tag, tagText = "base token of the device", "none: the token is not for an app", ""
	}
	take(flagsSize, "flags", fmt.Sprintf("%s, %s, user %d", kind, t.Environment, t.User), "which kind of token it is, for which environment, and for which user of the device")
	take(deviceIDSize, "device ID", t.Device, "the first 8 bytes of the SHA-256 of the public key in the device certificate")
	take(tagSize, "topic", tagText, tag)
	take(len(record), "epoch", fmt.Sprint(t.Retirements), "the number of the last retirement that concerned this token when it was made; 0 if there was none")
	return w.Block, nil
}
