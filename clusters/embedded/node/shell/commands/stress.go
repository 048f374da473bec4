package commands

import (
	"fmt"
	"strconv"
	"time"

	"driftlab/clusters/embedded/node/shell/proc"
)

func init() { add(stress, "stress") }

// stress is https://linux.die.net/man/1/stress for memory: it takes none, but says that it does. The container runtime then
// kills it, or not, as a kernel would.
func stress(c *command) int {
	o := c.parse("c=cpu: i=io: m=vm: vm-bytes: vm-hang: vm-keep vm-stride: d=hdd: hdd-bytes: t=timeout: v=verbose q=quiet backoff:")
	if o == nil {
		return 1
	}
	workers := func(flag string) int {
		n, _ := strconv.Atoi(o.Value(flag))
		return n
	}
	if workers("c")+workers("i")+workers("d")+workers("m") == 0 {
		return c.failf("usage: stress --vm N --vm-bytes BYTES [--vm-hang N] [--timeout N]")
	}
	if workers("c")+workers("i")+workers("d") > 0 {
		fmt.Fprintf(c.Stderr, "%s: WARN: the embedded engine wastes neither processors nor disks: --cpu, --io and --hdd only wait; the engine kind has real load\n", c.name)
	}
	bytes := int64(256 << 20)
	if o.Has("vm-bytes") {
		n, _, err := size(o.Value("vm-bytes"))
		if err != nil {
			return c.failf("unrecognized bytes: %s", o.Value("vm-bytes"))
		}
		bytes = n
	}
	fmt.Fprintf(c.Stdout, "stress: info: [%d] dispatching hogs: %d cpu, %d io, %d vm, %d hdd\n", c.PID, workers("c"), workers("i"), workers("m"), workers("d"))
	if n := workers("m"); n > 0 && c.Memory != nil {
		c.Memory(int64(n) * bytes)
		defer c.Memory(0)
	}
	var end <-chan time.Time
	if o.Has("t") {
		limit, ok := duration(o.Value("t"))
		if !ok {
			return c.failf("unrecognized time: %s", o.Value("t"))
		}
		end = time.After(limit)
	}
	select {
	case <-end:
		fmt.Fprintf(c.Stdout, "stress: info: [%d] successful run completed in %s\n", c.PID, o.Value("t"))
		return 0
	case <-c.ctx.Done():
		return proc.ExitKilled
	}
}
