package commands

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// client is an HTTP client on the container's own network: no proxy, no certificates and no names of the host.
type client struct {
	c              *command
	insecure       bool
	authorities    []byte            // PEM; nil for those of the image
	connectTimeout time.Duration     // 0: none
	instead        map[string]string // "host:port" to address, curl --resolve
	connecting     func(host, address string)
	connected      atomic.Bool
}

// dialError is a connection that did not come about.
type dialError struct {
	host, port string
	address    string // "" if the name was not found
	took       time.Duration
	err        error
}

func (d *dialError) Error() string { return d.err.Error() }
func (d *dialError) Unwrap() error { return d.err }

// dial resolves a name and connects to its addresses, one after the other.
func (h *client) dial(ctx context.Context, network, address string) (net.Conn, error) {
	began := time.Now()
	if h.connectTimeout > 0 {
		limited, cancel := context.WithTimeout(ctx, h.connectTimeout)
		defer cancel()
		ctx = limited
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	addresses := []string{h.instead[address]}
	if addresses[0] == "" {
		if addresses, err = h.c.lookupHost(ctx, host); err != nil {
			return nil, &dialError{host: host, port: port, took: time.Since(began), err: err}
		}
	}
	var failed *dialError
	for _, ip := range addresses {
		if h.connecting != nil {
			h.connecting(host, net.JoinHostPort(ip, port))
		}
		conn, err := h.c.Network.DialContext(ctx, network, net.JoinHostPort(ip, port))
		if err == nil {
			h.connected.Store(true)
			return conn, nil
		}
		failed = &dialError{host: host, port: port, address: ip, took: time.Since(began), err: err}
	}
	return nil, failed
}

// lookupHost resolves a name; an address is one already.
func (c *command) lookupHost(ctx context.Context, host string) ([]string, error) {
	if net.ParseIP(host) != nil {
		return []string{host}, nil
	}
	addresses, err := c.Network.LookupHost(ctx, host)
	if err == nil && len(addresses) == 0 {
		err = &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	return addresses, err
}

func (h *client) transport() *http.Transport {
	pool := x509.NewCertPool()
	if h.authorities != nil {
		pool.AppendCertsFromPEM(h.authorities)
	} else if data, err := h.c.Files.ReadFile("/etc/ssl/certs/ca-certificates.crt"); err == nil {
		pool.AppendCertsFromPEM(data)
	}
	return &http.Transport{
		DialContext:       h.dial,
		TLSClientConfig:   &tls.Config{RootCAs: pool, InsecureSkipVerify: h.insecure},
		DisableKeepAlives: true,
		// What the server sends is shown as it is.
		DisableCompression: true,
	}
}

// address completes a URL as wget and curl do.
func address(word string) (*url.URL, error) {
	if !strings.Contains(word, "://") {
		word = "http://" + word
	}
	u, err := url.Parse(word)
	if err != nil {
		return nil, err
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("not an http or https url: %s", word)
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u, nil
}

// setHeader reads a line such as "Accept: text/html". Without a value the header is left out.
func setHeader(req *http.Request, line string) {
	name, value, _ := strings.Cut(line, ":")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	switch {
	case strings.EqualFold(name, "host"):
		req.Host = value
	case value == "" && strings.EqualFold(name, "user-agent"):
		req.Header.Set("User-Agent", "")
	case value == "":
		req.Header.Del(name)
	default:
		req.Header.Add(name, value)
	}
}

// sortedHeaders lists headers line by line.
func sortedHeaders(header http.Header) []string {
	var list []string
	for name, values := range header {
		for _, value := range values {
			list = append(list, name+": "+value)
		}
	}
	slices.Sort(list)
	return list
}

func refused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }

func timedOut(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, syscall.ETIMEDOUT) || errors.As(err, &timeout) && timeout.Timeout()
}

func untrusted(err error) bool {
	var verification *tls.CertificateVerificationError
	return errors.As(err, &verification)
}
