package pki

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

const (
	blockCertificate = "CERTIFICATE"
	blockKey         = "PRIVATE KEY" // PKCS#8: RFC 5958, 5
	blockEncrypted   = "ENCRYPTED PRIVATE KEY"
)

// keyPEM encodes a private key in PKCS#8.
func keyPEM(key crypto.Signer) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode private key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: blockKey, Bytes: der}), nil
}

// parseKey decodes the content of a PRIVATE KEY block.
func parseKey(der []byte) (crypto.Signer, error) {
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("decode private key: %w", err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("a %T cannot sign", key)
	}
	return signer, nil
}

// readPEM adds the certificates and the key found in data.
func (id *Identity) readPEM(data []byte) error {
	text, err := normalizePEM(data)
	if err != nil {
		return err
	}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if err := id.readBlock(block); err != nil {
			return err
		}
	}
	return nil
}

func (id *Identity) readBlock(block *pem.Block) error {
	switch block.Type {
	case blockCertificate:
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return err
		}
		if id.Certificate == nil {
			id.Certificate = cert
		}
		id.Chain = append(id.Chain, cert.Raw)
	case blockKey:
		if id.Key != nil {
			return errors.New("more than one PRIVATE KEY block")
		}
		key, err := parseKey(block.Bytes)
		if err != nil {
			return err
		}
		id.Key = key
	default:
		return notPKCS8(block)
	}
	return nil
}

// errEncrypted is the error for an encrypted key: in PKCS#8, or in SEC 1 or PKCS#1 with the
// old headers.
var errEncrypted = errors.New("the key is encrypted: remove its password with `openssl pkcs8 -topk8 -nocrypt -in FILE -out NEW`")

// notPKCS8 explains a PEM block of an unwanted type.
func notPKCS8(block *pem.Block) error {
	switch block.Type {
	case "EC PRIVATE KEY", "RSA PRIVATE KEY":
		if strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") { // RFC 1421, 4.6.1.1
			return errEncrypted
		}
		return fmt.Errorf("%s block: convert the key with `openssl pkcs8 -topk8 -nocrypt`", block.Type)
	case blockEncrypted:
		return errEncrypted
	default:
		return fmt.Errorf("%s block where a PRIVATE KEY block is expected", block.Type)
	}
}
