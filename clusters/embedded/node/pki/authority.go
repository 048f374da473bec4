package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Certificates are never renewed: ten years outlive a throwaway cluster. They begin early, so that a clock that is set
// back a little does not invalidate them.
const (
	years = 10
	early = time.Hour
)

// authority signs certificates.
type authority struct {
	key         *ecdsa.PrivateKey
	certificate *x509.Certificate
	now         time.Time
}

func newAuthority(name string, now time.Time) (*authority, error) {
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: name},
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	self := &authority{key: key, certificate: template, now: now}
	self.certificate, err = self.sign(template, &key.PublicKey)
	return self, err
}

// sign gives template a validity and a number, and signs it. An authority that has no certificate yet signs its own.
func (a *authority) sign(template *x509.Certificate, key *ecdsa.PublicKey) (*x509.Certificate, error) {
	template.NotBefore, template.NotAfter = a.now.Add(-early), a.now.AddDate(years, 0, 0)
	// without a number, CreateCertificate chooses a random one
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key, a.key)
	if err != nil {
		return nil, fmt.Errorf("certificate for %s: %w", template.Subject, err)
	}
	return x509.ParseCertificate(der)
}

// write writes the authority's own certificate and, if it has to sign more later, its key.
func (a *authority) write(folder, file string, withKey bool) error {
	if err := writePEM(folder, file+".crt", "CERTIFICATE", a.certificate.Raw); err != nil || !withKey {
		return err
	}
	return writeKey(folder, file+".key", a.key)
}

// issue makes and writes a key and a certificate for each request.
func (a *authority) issue(folder string, requests []request) error {
	for _, request := range requests {
		key, err := newKey()
		if err != nil {
			return err
		}
		certificate, err := a.sign(&x509.Certificate{
			Subject:               request.subject(),
			DNSNames:              request.names,
			IPAddresses:           request.addresses,
			KeyUsage:              x509.KeyUsageDigitalSignature,
			ExtKeyUsage:           request.usages,
			BasicConstraintsValid: true,
		}, &key.PublicKey)
		if err != nil {
			return err
		}
		if err := writePEM(folder, request.file+".crt", "CERTIFICATE", certificate.Raw); err != nil {
			return err
		}
		if err := writeKey(folder, request.file+".key", key); err != nil {
			return err
		}
	}
	return nil
}

func writeServiceAccountKeys(folder string) error {
	key, err := newKey()
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return err
	}
	if err := writePEM(folder, "sa.pub", "PUBLIC KEY", public); err != nil {
		return err
	}
	return writeKey(folder, "sa.key", key)
}

func newKey() (*ecdsa.PrivateKey, error) {
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

func writeKey(folder, file string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return writePEM(folder, file, "EC PRIVATE KEY", der)
}

func writePEM(folder, file, kind string, der []byte) error {
	path := filepath.Join(folder, file)
	// a file that is there keeps its mode when it is overwritten
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err
	}
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}
