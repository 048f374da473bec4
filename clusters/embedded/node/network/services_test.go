package network_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"

	"driftlab/clusters/embedded/node/network"
)

func service(name, ip string, ports ...corev1.ServicePort) *corev1.Service {
	return &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name},
		Spec:       corev1.ServiceSpec{ClusterIP: ip, ClusterIPs: []string{ip}, Ports: ports},
	}
}

func tcp(name string, port int32) corev1.ServicePort {
	return corev1.ServicePort{Name: name, Port: port, Protocol: corev1.ProtocolTCP}
}

func endpoints(name, port string, number int32, all ...discoveryv1.Endpoint) *discoveryv1.EndpointSlice {
	return &discoveryv1.EndpointSlice{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name + "-" + port, Labels: map[string]string{discoveryv1.LabelServiceName: name}},
		Ports:      []discoveryv1.EndpointPort{{Name: &port, Port: &number}},
		Endpoints:  all,
	}
}

func endpoint(ip, hostname string, ready, serving, terminating bool) discoveryv1.Endpoint {
	found := discoveryv1.Endpoint{Addresses: []string{ip}, Conditions: discoveryv1.EndpointConditions{Ready: &ready, Serving: &serving, Terminating: &terminating}}
	if hostname != "" {
		found.Hostname = &hostname
	}
	return found
}

// directory watches a cluster that holds these objects.
func directory(t *testing.T, objects ...runtime.Object) (*network.Directory, *fake.Clientset) {
	t.Helper()
	client := fake.NewClientset(objects...)
	factory := informers.NewSharedInformerFactory(client, 0)
	found, err := network.NewDirectory(factory)
	if err != nil {
		t.Fatal(err)
	}
	factory.Start(t.Context().Done())
	factory.WaitForCacheSync(t.Context().Done())
	return found, client
}

func TestServices(t *testing.T) {
	sticky := service("sticky", "10.96.0.2", tcp("", 80))
	sticky.Spec.SessionAffinity = corev1.ServiceAffinityClientIP
	outside := service("outside", "")
	outside.Spec.Type, outside.Spec.ExternalName, outside.Spec.ClusterIPs = corev1.ServiceTypeExternalName, "web.shop.svc.cluster.local", nil
	udp := service("udp", "10.96.0.6", corev1.ServicePort{Port: 53, Protocol: corev1.ProtocolUDP})
	found, client := directory(t,
		service("web", "10.96.0.1", tcp("http", 80), tcp("admin", 81)), sticky, outside, udp,
		service("empty", "10.96.0.3", tcp("", 80)), service("draining", "10.96.0.4", tcp("", 80)), service("db", corev1.ClusterIPNone, tcp("", 5432)),
		endpoints("web", "http", 8080, endpoint("10.244.1.2", "", true, true, false), endpoint("10.244.1.3", "", false, false, false)),
		endpoints("web", "admin", 9000, endpoint("10.244.1.2", "", true, true, false)),
		endpoints("sticky", "", 80, endpoint("10.244.1.4", "", true, true, false), endpoint("10.244.1.5", "", true, true, false)),
		endpoints("draining", "", 80, endpoint("10.244.1.6", "", false, true, true), endpoint("10.244.1.7", "", false, false, true)),
		endpoints("db", "", 5432, endpoint("10.244.1.8", "db-0", true, true, false), endpoint("10.244.1.9", "db-1", false, true, false)),
	)
	for _, try := range []struct {
		ip    string
		port  int
		want  string
		known bool
	}{
		{"10.96.0.1", 80, "10.244.1.2:8080", true}, // and never the one that is not ready
		{"10.96.0.1", 81, "10.244.1.2:9000", true},
		{"10.96.0.1", 82, "", false},
		{"10.96.0.3", 80, "", true},
		{"10.96.0.4", 80, "10.244.1.6:80", true}, // it terminates, and still serves
		{"10.96.0.6", 53, "", false},
		{"10.244.1.2", 8080, "", false},
	} {
		for range 10 {
			if got, known := found.Endpoint(try.ip, try.port, "10.244.2.2"); got != try.want || known != try.known {
				t.Fatalf("%s:%d: %q %v", try.ip, try.port, got, known)
			}
		}
	}
	first, _ := found.Endpoint("10.96.0.2", 80, "10.244.2.2")
	for range 20 {
		if again, _ := found.Endpoint("10.96.0.2", 80, "10.244.2.2"); again != first {
			t.Error("session affinity sends a client elsewhere")
		}
	}

	for name, want := range map[string][]string{
		"web.shop.svc.cluster.local":        {"10.96.0.1"},
		"WEB.shop.svc.cluster.local.":       {"10.96.0.1"},
		"outside.shop.svc.cluster.local":    {"10.96.0.1"},
		"db.shop.svc.cluster.local":         {"10.244.1.8"},
		"db-0.db.shop.svc.cluster.local":    {"10.244.1.8"},
		"db-1.db.shop.svc.cluster.local":    nil, // not ready
		"10-244-1-2.shop.pod.cluster.local": {"10.244.1.2"},
		"web.other.svc.cluster.local":       nil,
		"web.shop.svc.example.com":          nil,
		"a.b.web.shop.svc.cluster.local":    nil,
		"cluster.local":                     nil,
	} {
		if got, _ := found.Addresses(name); !slices.Equal(got, want) {
			t.Errorf("%s: %v", name, got)
		}
	}

	if err := client.DiscoveryV1().EndpointSlices("shop").Delete(t.Context(), "web-http", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if got, known := found.Endpoint("10.96.0.1", 80, ""); got == "" && known {
			break
		}
		if time.Now().After(end) {
			t.Fatal("a change is not seen")
		}
	}
}

// TestLoops: a Service that is an alias of itself is found nowhere, and ends nothing.
func TestLoops(t *testing.T) {
	first, second := service("first", ""), service("second", "")
	first.Spec.Type, first.Spec.ExternalName = corev1.ServiceTypeExternalName, "second.shop.svc.cluster.local"
	second.Spec.Type, second.Spec.ExternalName = corev1.ServiceTypeExternalName, "first.shop.svc.cluster.local"
	found, _ := directory(t, first, second)
	if got, _ := found.Addresses("first.shop.svc.cluster.local"); len(got) > 0 {
		t.Error(got)
	}
}

// TestNames resolves as a Pod does.
func TestNames(t *testing.T) {
	web := service("web", "10.96.0.1", tcp("", 80))
	other := service("web", "10.96.0.2", tcp("", 80))
	other.Namespace = "blog"
	found, _ := directory(t, web, other, endpoints("web", "", 8080, endpoint("10.244.1.2", "", true, true, false)))
	cluster := network.New(found)
	echo(t, cluster.Join("10.244.1.2", network.Names{}, up), ":8080")

	hosts := filepath.Join(t.TempDir(), "hosts")
	if err := os.WriteFile(hosts, []byte("# kept by the kubelet\n127.0.0.1\tlocalhost\n::1 six\n10.0.0.7  Alias other # more\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	names := network.Names{
		Searches: []string{"shop.svc.cluster.local", "svc.cluster.local", "cluster.local"}, Cluster: true, Hosts: func() string { return hosts },
	}
	pod := cluster.Join("10.244.2.2", names, up)
	alone := cluster.Join("10.244.2.3", network.Names{Searches: names.Searches}, up) // dnsPolicy: Default
	for _, try := range []struct {
		from *network.Host
		name string
		want string // "" if there is none
	}{
		{pod, "web", "10.96.0.1"}, {pod, "web.blog", "10.96.0.2"}, {pod, "web.blog.svc", "10.96.0.2"}, {pod, "web.shop.svc.cluster.local", "10.96.0.1"},
		{pod, "web.shop.svc.cluster.local.", "10.96.0.1"}, {pod, "web.", ""}, {pod, "nobody", ""}, {pod, "example.com", ""},
		{pod, "alias", "10.0.0.7"}, {pod, "OTHER", "10.0.0.7"}, {pod, "more", ""}, {pod, "six", ""}, {pod, "localhost", "127.0.0.1"}, {pod, "10.1.2.3", "10.1.2.3"},
		{alone, "web", ""}, {alone, "localhost", "127.0.0.1"},
	} {
		got, err := try.from.LookupHost(t.Context(), try.name)
		var unknown interface{ Timeout() bool }
		if try.want == "" && (err == nil || !errors.As(err, &unknown) || unknown.Timeout()) || try.want != "" && !slices.Equal(got, []string{try.want}) {
			t.Errorf("%s: %v %v", try.name, got, err)
		}
	}
	conn, err := pod.DialContext(t.Context(), "tcp", "web:80")
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(conn, "x")
	if _, err := io.ReadFull(conn, make([]byte, 1)); err != nil {
		t.Error(err)
	}
	if _, err := pod.DialContext(t.Context(), "tcp", "web.blog:80"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Error("a Service without endpoints refuses:", err)
	}
	if _, err := pod.DialContext(t.Context(), "tcp", "nobody:80"); err == nil || err.Error() != "dial tcp: lookup nobody: no such host" {
		t.Error(err)
	}
	if conn, err := cluster.DialContext(context.Background(), "192.0.2.1", "tcp", "web.shop.svc.cluster.local:80"); err != nil {
		t.Error(err)
	} else {
		conn.Close()
	}
}
