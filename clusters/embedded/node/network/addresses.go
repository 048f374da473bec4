package network

import (
	"errors"
	"net/netip"
	"sync"
)

// Range gives addresses to the Pods of one Node, each to one at a time. An address is used again as late as possible.
type Range struct {
	mu     sync.Mutex
	prefix netip.Prefix
	last   netip.Addr
	taken  map[netip.Addr]bool
}

// NewRange takes a range such as "10.244.1.0/24". Its first two addresses are the network's and the Node's own.
func NewRange(cidr string) (*Range, error) {
	prefix, err := netip.ParsePrefix(cidr)
	if err != nil {
		return nil, err
	}
	return &Range{prefix: prefix, last: prefix.Addr().Next(), taken: map[netip.Addr]bool{}}, nil
}

// Take gives an address that nobody has.
func (r *Range) Take() (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	first := r.prefix.Addr().Next().Next()
	for size := 1 << (32 - r.prefix.Bits()); size > 0; size-- {
		candidate := r.last.Next()
		if !r.prefix.Contains(candidate) || !r.prefix.Contains(candidate.Next()) { // the last is for broadcasts
			candidate = first
		}
		if r.last = candidate; !r.taken[candidate] {
			r.taken[candidate] = true
			return candidate.String(), nil
		}
	}
	return "", errors.New("no IP addresses available in range set: " + r.prefix.String())
}

// Keep notes that somebody has an address already.
func (r *Range) Keep(ip string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if address, err := netip.ParseAddr(ip); err == nil {
		r.taken[address] = true
	}
}

// Release gives an address back.
func (r *Range) Release(ip string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if address, err := netip.ParseAddr(ip); err == nil {
		delete(r.taken, address)
	}
}
