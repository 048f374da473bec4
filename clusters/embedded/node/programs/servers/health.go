package servers

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"driftlab/clusters/embedded/node/images"
	"driftlab/clusters/embedded/node/program"
)

// checked is a gRPC server that answers health checks, and says of everything else that it is not there.
func checked(what string) (*grpc.Server, *health.Server) {
	server := grpc.NewServer(grpc.UnknownServiceHandler(func(any, grpc.ServerStream) error {
		return status.Error(codes.Unimplemented, what)
	}))
	checks := health.NewServer()
	healthv1.RegisterHealthServer(server, checks)
	return server, checks
}

// etcd answers health checks, as the example of gRPC probes needs it:
// https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/.
func etcd(image *images.Image) program.Program {
	return func(ctx context.Context, p *program.Process) int {
		flags := flag.NewFlagSet("etcd", flag.ContinueOnError)
		flags.SetOutput(p.Stderr)
		clients := flags.String("listen-client-urls", "http://localhost:"+strconv.Itoa(image.Port), "")
		for _, name := range []string{"name", "data-dir", "advertise-client-urls", "listen-peer-urls", "initial-advertise-peer-urls",
			"initial-cluster", "initial-cluster-state", "initial-cluster-token", "log-level", "logger"} {
			flags.String(name, "", "")
		}
		if flags.Parse(p.Args[1:]) != nil {
			return 2
		}
		at, err := url.Parse(*clients)
		if err != nil || at.Scheme != "http" {
			fmt.Fprintf(p.Stderr, "etcd: %s: the embedded engine serves one http:// URL here; use the engine kind for others\n", *clients)
			return 1
		}
		listener, err := p.Network.Listen("tcp", at.Host)
		if err != nil {
			fmt.Fprintf(p.Stderr, `{"level":"fatal","msg":"discovery failed","error":%q}`+"\n", err)
			return 1
		}
		keep(p, image)
		fmt.Fprintf(p.Stderr, `{"level":"info","msg":"serving client traffic insecurely","address":%q}`+"\n", at.Host)
		server, _ := checked("the embedded engine has no store behind etcd's port; use the engine kind for it")
		return serveHealth(ctx, p, server, listener)
	}
}

// agnhostHealth is grpc-health-checking: its state is changed over HTTP.
func agnhostHealth(ctx context.Context, p *program.Process, flags *flag.FlagSet) int {
	port := flags.Int("port", 5000, "")
	control := flags.Int("http-port", 8080, "")
	flags.Int("delay-unhealthy-sec", -1, "")
	flags.String("service", "", "")
	if flags.Parse(p.Args[1:]) != nil {
		return 1
	}
	server, checks := checked("agnhost answers health checks only")
	mux := http.NewServeMux()
	set := func(to healthv1.HealthCheckResponse_ServingStatus) http.HandlerFunc {
		return func(_ http.ResponseWriter, r *http.Request) {
			stamped(p.Stderr, "Mark as %s", to)
			checks.SetServingStatus("", to)
		}
	}
	mux.HandleFunc("/make-not-serving", set(healthv1.HealthCheckResponse_NOT_SERVING))
	mux.HandleFunc("/make-serving", set(healthv1.HealthCheckResponse_SERVING))
	var listeners []net.Listener
	for _, number := range []int{*port, *control} {
		listener, err := p.Network.Listen("tcp", fmt.Sprintf(":%d", number))
		if err != nil {
			stamped(p.Stderr, "%v", err)
			return 1
		}
		defer listener.Close()
		listeners = append(listeners, listener)
	}
	stamped(p.Stderr, "gRPC server starting to listen on :%d", *port)
	stamped(p.Stderr, "http server starting to listen on :%d", *control)
	other := &http.Server{Handler: mux}
	defer other.Close()
	go other.Serve(listeners[1])
	return serveHealth(ctx, p, server, listeners[0])
}

func serveHealth(ctx context.Context, p *program.Process, server *grpc.Server, listener net.Listener) int {
	defer server.Stop()
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	got, stopped := await(ctx, p, failed, stopping)
	switch {
	case stopped:
		return goEnds(p)(got)
	case ctx.Err() != nil:
		return killed
	}
	return 1
}
