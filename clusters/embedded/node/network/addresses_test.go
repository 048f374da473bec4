package network_test

import (
	"slices"
	"testing"

	"driftlab/clusters/embedded/node/network"
)

func TestRange(t *testing.T) {
	pods, err := network.NewRange("10.244.1.0/29")
	if err != nil {
		t.Fatal(err)
	}
	take := func() string {
		ip, err := pods.Take()
		if err != nil {
			return err.Error()
		}
		return ip
	}
	pods.Keep("10.244.1.4")
	var got []string
	for range 5 {
		got = append(got, take())
	}
	want := []string{"10.244.1.2", "10.244.1.3", "10.244.1.5", "10.244.1.6", "no IP addresses available in range set: 10.244.1.0/29"}
	if !slices.Equal(got, want) {
		t.Error(got)
	}
	pods.Release("10.244.1.3")
	pods.Release("10.244.1.6")
	pods.Release("nonsense")
	if ip := take(); ip != "10.244.1.6" {
		t.Error(ip)
	}
	pods.Release("10.244.1.6")
	if ip := take(); ip != "10.244.1.3" {
		t.Error("an address is used again as late as possible:", ip)
	}
	if _, err := network.NewRange("10.244.1.0"); err == nil {
		t.Error("that is no range")
	}
}
