package pki

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var options = Options{ServiceIP: "10.96.0.1", Nodes: []Node{{"lab-worker", "192.0.2.2"}, {"lab-worker2", "192.0.2.3"}}}

func written(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "pki")
	if err := Write(folder, options); err != nil {
		t.Fatal(err)
	}
	return folder
}

func certificate(t *testing.T, folder, file string) *x509.Certificate {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, file+".crt"))
	if err != nil {
		t.Fatal(err)
	}
	block, rest := pem.Decode(text)
	if block == nil || len(rest) > 0 {
		t.Fatalf("%s.crt is not one PEM block", file)
	}
	parsed, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestCertificates(t *testing.T) {
	folder := written(t)
	for _, test := range []struct {
		file, authority, user string
		groups                []string
		hosts                 []string // what a client may call the server
		server, client        bool
	}{
		{
			file: "apiserver", authority: "ca", user: "kube-apiserver", server: true,
			hosts: []string{
				"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc",
				"kubernetes.default.svc.cluster.local", "127.0.0.1", "10.96.0.1",
			},
		},
		{file: "apiserver-kubelet-client", authority: "ca", user: "kube-apiserver-kubelet-client", client: true},
		{file: "admin", authority: "ca", user: "kubernetes-admin", groups: []string{"system:masters"}, client: true},
		{
			file: "controller-manager", authority: "ca", user: "system:kube-controller-manager",
			hosts: []string{"localhost", "127.0.0.1"}, server: true, client: true,
		},
		{
			file: "scheduler", authority: "ca", user: "system:kube-scheduler",
			hosts: []string{"localhost", "127.0.0.1"}, server: true, client: true,
		},
		{file: "etcd", authority: "etcd-ca", user: "etcd", hosts: []string{"localhost", "127.0.0.1"}, server: true, client: true},
		{file: "apiserver-etcd-client", authority: "etcd-ca", user: "kube-apiserver-etcd-client", client: true},
		{file: "front-proxy-client", authority: "front-proxy-ca", user: "front-proxy-client", client: true},
		{
			file: "node-lab-worker", authority: "ca", user: "system:node:lab-worker", groups: []string{"system:nodes"},
			hosts: []string{"lab-worker", "192.0.2.2", "127.0.0.1"}, server: true, client: true,
		},
		{
			file: "node-lab-worker2", authority: "ca", user: "system:node:lab-worker2", groups: []string{"system:nodes"},
			hosts: []string{"lab-worker2", "192.0.2.3", "127.0.0.1"}, server: true, client: true,
		},
	} {
		t.Run(test.file, func(t *testing.T) {
			found := certificate(t, folder, test.file)
			if found.Subject.CommonName != test.user || !slices.Equal(found.Subject.Organization, test.groups) {
				t.Errorf("it is for %s", found.Subject)
			}
			for _, host := range test.hosts {
				if err := found.VerifyHostname(host); err != nil {
					t.Error(err)
				}
			}
			if err := found.VerifyHostname("example.org"); err == nil {
				t.Error("it is good for any host")
			}
			for _, authority := range []string{"ca", "etcd-ca", "front-proxy-ca"} {
				for usage, allowed := range map[x509.ExtKeyUsage]bool{
					x509.ExtKeyUsageServerAuth: test.server, x509.ExtKeyUsageClientAuth: test.client,
				} {
					roots := x509.NewCertPool()
					roots.AddCert(certificate(t, folder, authority))
					_, err := found.Verify(x509.VerifyOptions{
						Roots: roots, KeyUsages: []x509.ExtKeyUsage{usage}, CurrentTime: time.Now().AddDate(9, 11, 0),
					})
					if good := authority == test.authority && allowed; (err == nil) != good {
						t.Errorf("authority %s, usage %v: %v", authority, usage, err)
					}
				}
			}
			path := filepath.Join(folder, test.file)
			if _, err := tls.LoadX509KeyPair(path+".crt", path+".key"); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestOnlyTheOwnerReadsTheFiles(t *testing.T) {
	folder := written(t)
	// what somebody left there with another mode is not taken over
	if err := os.Chmod(filepath.Join(folder, "admin.key"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Write(folder, options); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if info, err := entry.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", entry.Name(), info.Mode(), err)
		}
	}
}

func TestOnlyTheClustersAuthorityCanSignMore(t *testing.T) {
	folder := written(t)
	keys, err := filepath.Glob(filepath.Join(folder, "*ca.key"))
	if err != nil || len(keys) != 1 || filepath.Base(keys[0]) != "ca.key" {
		t.Errorf("%v %v", keys, err)
	}
}

func TestServiceAccountKeysBelongTogether(t *testing.T) {
	folder := written(t)
	private, err := os.ReadFile(filepath.Join(folder, "sa.key"))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(private)
	key, err := x509.ParseECPrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	public, err := os.ReadFile(filepath.Join(folder, "sa.pub"))
	if err != nil {
		t.Fatal(err)
	}
	block, _ = pem.Decode(public)
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if !key.PublicKey.Equal(parsed) {
		t.Error("sa.pub is not the public half of sa.key")
	}
}

func TestWhatIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		folder  string
		options Options
		says    string
	}{
		"no Service":         {options: Options{}, says: `the Service's address "" is no IP address`},
		"a Node's name":      {options: Options{ServiceIP: "10.96.0.1", Nodes: []Node{{"", "192.0.2.2"}}}, says: `not "" and "192.0.2.2"`},
		"a Node's path":      {options: Options{ServiceIP: "10.96.0.1", Nodes: []Node{{"../a", "192.0.2.2"}}}, says: `not "../a"`},
		"a Node's address":   {options: Options{ServiceIP: "10.96.0.1", Nodes: []Node{{"a", "b"}}}, says: `not "a" and "b"`},
		"no folder possible": {folder: filepath.Join(file, "pki"), options: options, says: "not a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := test.folder
			if folder == "" {
				folder = t.TempDir()
			}
			err := Write(folder, test.options)
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%v", err)
			}
		})
	}
}
