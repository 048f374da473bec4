package servers

import (
	"context"
	"fmt"
	"syscall"

	"driftlab/clusters/embedded/node/images"
	"driftlab/clusters/embedded/node/program"
)

// pause waits until it is told to end, as https://github.com/kubernetes/kubernetes/blob/master/build/pause/linux/pause.c does.
func pause(image *images.Image) program.Program {
	return func(ctx context.Context, p *program.Process) int {
		keep(p, image)
		for _, word := range p.Args[1:] {
			if word == "-v" {
				fmt.Fprintln(p.Stdout, "pause.c, in the embedded engine")
				return 0
			}
		}
		got, stopped := await(ctx, p, nil, stopping)
		if !stopped {
			return killed
		}
		fmt.Fprintf(p.Stderr, "Shutting down, got signal: %s\n", map[syscall.Signal]string{
			syscall.SIGTERM: "Terminated", syscall.SIGINT: "Interrupt",
		}[got])
		return 0
	}
}

// hello is hello-world's.
func hello(image *images.Image) program.Program {
	return func(_ context.Context, p *program.Process) int {
		keep(p, image)
		fmt.Fprint(p.Stdout, greeting)
		return 0
	}
}

const greeting = `
Hello from Docker!
This message shows that your installation appears to be working correctly.

To generate this message, Docker took the following steps:
 1. The Docker client contacted the Docker daemon.
 2. The Docker daemon pulled the "hello-world" image from the Docker Hub.
    (amd64)
 3. The Docker daemon created a new container from that image which runs the
    executable that produces the output you are currently reading.
 4. The Docker daemon streamed that output to the Docker client, which sent it
    to your terminal.

To try something more ambitious, you can run an Ubuntu container with:
 $ docker run -it ubuntu bash

Share images, automate workflows, and more with a free Docker ID:
 https://hub.docker.com/

For more examples and ideas, visit:
 https://docs.docker.com/get-started/

`
