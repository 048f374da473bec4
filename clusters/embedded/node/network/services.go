package network

import (
	"math/rand/v2"
	"net"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	corelisters "k8s.io/client-go/listers/core/v1"
	discoverylisters "k8s.io/client-go/listers/discovery/v1"
	"k8s.io/client-go/tools/cache"
)

// Domain is the cluster's.
const Domain = "cluster.local"

const byClusterIP, byNodePort = "clusterIP", "nodePort"

// Directory is the Services of a cluster, kept up to date by watches: what kube-proxy and CoreDNS do elsewhere.
type Directory struct {
	services corelisters.ServiceLister
	index    cache.Indexer
	slices   discoverylisters.EndpointSliceLister
	nodes    []string
}

// NewDirectory watches Services and EndpointSlices as soon as the factory is started. nodes are the Nodes' addresses.
func NewDirectory(factory informers.SharedInformerFactory, nodes ...string) (*Directory, error) {
	services := factory.Core().V1().Services()
	endpoints := factory.Discovery().V1().EndpointSlices()
	endpoints.Informer()
	err := services.Informer().AddIndexers(cache.Indexers{
		byClusterIP: func(object any) ([]string, error) { return object.(*corev1.Service).Spec.ClusterIPs, nil },
		byNodePort: func(object any) ([]string, error) {
			var ports []string
			for _, offered := range object.(*corev1.Service).Spec.Ports {
				ports = append(ports, strconv.Itoa(int(offered.NodePort)))
			}
			return ports, nil
		},
	})
	return &Directory{services.Lister(), services.Informer().GetIndexer(), endpoints.Lister(), nodes}, err
}

// Endpoint is Services'. A Service with session affinity sends each client always to the same endpoint.
func (d *Directory) Endpoint(ip string, port int, client string) (string, bool) {
	index, key, offers := byClusterIP, ip, func(p corev1.ServicePort) int32 { return p.Port }
	if slices.Contains(d.nodes, ip) {
		index, key, offers = byNodePort, strconv.Itoa(port), func(p corev1.ServicePort) int32 { return p.NodePort }
	}
	found, _ := d.index.ByIndex(index, key)
	for _, object := range found {
		service := object.(*corev1.Service)
		for _, offered := range service.Spec.Ports {
			if int(offers(offered)) == port && offered.Protocol == corev1.ProtocolTCP {
				return d.choose(service, offered.Name, client), true
			}
		}
	}
	return "", false
}

// choose gives one endpoint of a Service, and nothing if it has none.
func (d *Directory) choose(service *corev1.Service, port, client string) string {
	endpoints := d.endpoints(service, port)
	if len(endpoints) == 0 {
		return ""
	}
	chosen := rand.IntN(len(endpoints))
	if service.Spec.SessionAffinity == corev1.ServiceAffinityClientIP {
		chosen = 0
		for _, letter := range client {
			chosen = (chosen*31 + int(letter)) % len(endpoints)
		}
	}
	return endpoints[chosen]
}

// endpoints lists the "address:port" of those that are ready; if none is, of those that serve while they terminate:
// https://kubernetes.io/docs/reference/networking/virtual-ips/#traffic-to-terminating-endpoints
func (d *Directory) endpoints(service *corev1.Service, name string) []string {
	var ready, serving []string
	for _, slice := range d.of(service) {
		for _, port := range slice.Ports {
			if port.Port == nil || (port.Name != nil && *port.Name != name) || (port.Name == nil && name != "") {
				continue
			}
			for _, endpoint := range slice.Endpoints {
				for _, address := range endpoint.Addresses {
					there := net.JoinHostPort(address, strconv.Itoa(int(*port.Port)))
					switch c := endpoint.Conditions; {
					case c.Ready == nil || *c.Ready:
						ready = append(ready, there)
					case c.Serving != nil && *c.Serving && c.Terminating != nil && *c.Terminating:
						serving = append(serving, there)
					}
				}
			}
		}
	}
	if len(ready) == 0 {
		return serving
	}
	return ready
}

func (d *Directory) of(service *corev1.Service) []*discoveryv1.EndpointSlice {
	selector := labels.SelectorFromSet(labels.Set{discoveryv1.LabelServiceName: service.Name})
	found, _ := d.slices.EndpointSlices(service.Namespace).List(selector)
	return found
}

// Addresses is Services'. The names are those of
// https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/.
func (d *Directory) Addresses(name string) ([]string, bool) { return d.addresses(name, 0) }

// maxAliases is how many Services of type ExternalName may name each other: two can do so for ever.
const maxAliases = 8

func (d *Directory) addresses(name string, aliases int) ([]string, bool) {
	rest, inside := strings.CutSuffix(strings.ToLower(strings.TrimSuffix(name, ".")), "."+Domain)
	if !inside {
		return nil, false
	}
	words := strings.Split(rest, ".")
	if len(words) == 3 && words[2] == "pod" {
		if ip := net.ParseIP(strings.ReplaceAll(words[0], "-", ".")); ip != nil {
			return []string{ip.String()}, true
		}
	}
	hostname := ""
	if len(words) == 4 {
		hostname, words = words[0], words[1:]
	}
	if len(words) != 3 || words[2] != "svc" {
		return nil, false
	}
	service, err := d.services.Services(words[1]).Get(words[0])
	if err != nil {
		return nil, false
	}
	if service.Spec.Type == corev1.ServiceTypeExternalName {
		if aliases == maxAliases {
			return nil, false
		}
		return d.addresses(service.Spec.ExternalName, aliases+1)
	}
	if service.Spec.ClusterIP != corev1.ClusterIPNone {
		return []string{service.Spec.ClusterIP}, hostname == ""
	}
	return d.headless(service, hostname)
}

// headless lists the addresses of a Service without one of its own: those of its Pods, or of the one with that hostname.
func (d *Directory) headless(service *corev1.Service, hostname string) ([]string, bool) {
	var found []string
	for _, slice := range d.of(service) {
		for _, endpoint := range slice.Endpoints {
			ready := endpoint.Conditions.Ready == nil || *endpoint.Conditions.Ready
			if !ready || hostname != "" && (endpoint.Hostname == nil || *endpoint.Hostname != hostname) {
				continue
			}
			found = append(found, endpoint.Addresses...)
		}
	}
	rand.Shuffle(len(found), func(i, j int) { found[i], found[j] = found[j], found[i] })
	return found, hostname == "" || len(found) > 0
}
