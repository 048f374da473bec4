// driftlab-node plays the machines of a cluster: the upstream kubelet, three of them, with a container runtime and a
// network in memory. Started and supervised by the embedded engine.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	commands := map[string]func(context.Context, []string) error{"run": run, "pki": writePKI}
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: driftlab-node run --config FILE | driftlab-node pki --folder FOLDER --service-ip IP --node NAME=ADDRESS …")
		os.Exit(2)
	}
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	if err := commands[os.Args[1]](ctx, os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "driftlab-node:", err)
		os.Exit(1)
	}
}
