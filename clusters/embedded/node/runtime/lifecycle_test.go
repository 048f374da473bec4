package runtime_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cri "k8s.io/cri-api/pkg/apis/runtime/v1"

	"driftlab/clusters/embedded/node/network"
)

func TestEnds(t *testing.T) {
	n := start(t, t.TempDir())
	limit := func(c *cri.ContainerConfig) {
		c.Linux.Resources = &cri.LinuxContainerResources{MemoryLimitInBytes: 64 << 20}
	}
	for _, try := range []struct {
		words  []string
		change func(*cri.ContainerConfig)
		code   int32
		reason string
		log    string
	}{
		{words: []string{"exit", "0"}, code: 0, reason: "Completed", log: "stderr F leaving\n"},
		{words: []string{"exit", "7"}, code: 7, reason: "Error"},
		{words: []string{"exit", "259"}, code: 3, reason: "Error"},
		{words: []string{"panic"}, code: 139, reason: "Error", log: "stderr F panic: out of order\n"},
		{words: []string{"use", "96"}, change: limit, code: 137, reason: "OOMKilled"},
		{words: []string{"print", "no end of line"}, code: 0, reason: "Completed", log: "stdout P no end of line\n"},
	} {
		id, _ := n.container(try.change, try.words...)
		status := n.ended(id)
		if status.ExitCode != try.code || status.Reason != try.reason || status.FinishedAt < status.StartedAt || status.StartedAt < status.CreatedAt {
			t.Errorf("%v: %+v", try.words, status)
		}
		n.logs(id, try.log)
	}
}

func TestStop(t *testing.T) {
	n := start(t, t.TempDir())
	for _, try := range []struct {
		words  []string
		image  string
		signal cri.Signal
		grace  int64
		code   int32
		least  time.Duration
	}{
		{words: []string{"wait"}, grace: 5, code: 15},
		{words: []string{"wait"}, grace: 5, code: 10, signal: cri.Signal_SIGUSR1},
		{words: []string{"wait"}, grace: 5, code: 3, image: "quitter"},
		{words: []string{"wait"}, grace: 5, code: 2, image: "quitter", signal: cri.Signal_SIGINT},
		{words: []string{"wait"}, grace: 0, code: 137},
		{words: []string{"deaf"}, grace: 1, code: 137, least: time.Second},
	} {
		t.Run(fmt.Sprint(try.words, try.image, try.grace, try.signal), func(t *testing.T) {
			id, _ := n.container(func(c *cri.ContainerConfig) {
				c.StopSignal = try.signal
				if try.image != "" {
					c.Image.Image = try.image
				}
			}, try.words...)
			began := time.Now()
			if err := n.StopContainer(t.Context(), id, try.grace); err != nil {
				t.Fatal(err)
			}
			took := time.Since(began)
			if status := n.status(id); status.State != cri.ContainerState_CONTAINER_EXITED || status.ExitCode != try.code || took < try.least {
				t.Errorf("%+v after %v", status, took)
			}
			if err := n.StopContainer(t.Context(), id, try.grace); err != nil {
				t.Error("twice:", err)
			}
		})
	}
	if err := n.StopContainer(t.Context(), "nonsense", 1); err != nil {
		t.Error("what is not there is stopped:", err)
	}
}

// TestStubborn: a program that ignores its context is left behind. The container ends all the same.
func TestStubborn(t *testing.T) {
	t.Parallel()
	n := start(t, t.TempDir())
	id, _ := n.container(nil, "stubborn")
	began := time.Now()
	if err := n.StopContainer(t.Context(), id, 0); err != nil {
		t.Fatal(err)
	}
	if status := n.status(id); status.ExitCode != 137 || time.Since(began) > 15*time.Second {
		t.Errorf("%+v after %v", status, time.Since(began))
	}
}

func TestWhatCannotStart(t *testing.T) {
	n := start(t, t.TempDir())
	const runc = "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: "
	for _, try := range []struct {
		image string
		words []string
		want  string
	}{
		{"app", []string{"nonsense"}, runc + `exec: "nonsense": executable file not found in $PATH`},
		{"app", []string{"/bin/nonsense"}, runc + `exec: "/bin/nonsense": stat /bin/nonsense: no such file or directory`},
		{"empty", nil, "no command specified"},
	} {
		pod, sandbox := n.pod("pod-" + fmt.Sprint(len(try.want), len(try.words)))
		id := n.create(pod, sandbox, func(c *cri.ContainerConfig) { c.Image.Image = try.image }, try.words...)
		err := n.StartContainer(t.Context(), id)
		if err == nil || !strings.Contains(err.Error(), try.want) {
			t.Errorf("%v: %v", try.words, err)
		}
		if status := n.status(id); status.State != cri.ContainerState_CONTAINER_EXITED || status.ExitCode != 128 || status.Reason != "StartError" || !strings.Contains(status.Message, try.want) {
			t.Errorf("%v: %+v", try.words, status)
		}
	}
	pod, sandbox := n.pod("late")
	for _, try := range []struct {
		change func(*cri.ContainerConfig)
		want   string
	}{
		{func(c *cri.ContainerConfig) { c.Image.Image = "other" }, `image "other": not found`},
		{func(c *cri.ContainerConfig) {
			c.Linux.SecurityContext = &cri.LinuxContainerSecurityContext{Privileged: true}
		}, "use the engine kind"},
	} {
		config := &cri.ContainerConfig{Metadata: &cri.ContainerMetadata{Name: "x"}, Image: &cri.ImageSpec{Image: "app"}, Linux: &cri.LinuxContainerConfig{}}
		try.change(config)
		if _, err := n.CreateContainer(t.Context(), pod, config, sandbox); err == nil || !strings.Contains(err.Error(), try.want) {
			t.Errorf("%v, not %s", err, try.want)
		}
	}
	if _, err := n.RunPodSandbox(t.Context(), sandbox, "gvisor"); err == nil || !strings.Contains(err.Error(), `no runtime for "gvisor"`) {
		t.Error(err)
	}
}

func TestProcess(t *testing.T) {
	folder := t.TempDir()
	n := start(t, folder)
	id, _ := n.container(func(c *cri.ContainerConfig) {
		c.Envs = []*cri.KeyValue{{Key: "BOTH", Value: []byte("pod")}, {Key: "OWN", Value: []byte("a b")}}
	}, "describe")
	text := n.logs(id, "/work 1 pod-")
	for _, words := range []string{`"hello\n" <nil> 65532 `, "FROM=image", "BOTH=pod", "OWN=a b", "HOSTNAME=pod-", "PATH=/usr/local/sbin:"} {
		if !strings.Contains(text, words) {
			t.Errorf("%q is not in %s", words, text)
		}
	}
	id, _ = n.container(func(c *cri.ContainerConfig) {
		c.WorkingDir = "/elsewhere"
		c.Linux.SecurityContext = &cri.LinuxContainerSecurityContext{RunAsUser: &cri.Int64Value{Value: 1000}}
	}, "describe")
	if text := n.logs(id, "/elsewhere 1 "); !strings.Contains(text, " 1000 ") {
		t.Error(text)
	}
	id, _ = n.container(nil) // the image's own command
	n.logs(id, "waiting")
	id, _ = n.container(func(c *cri.ContainerConfig) { c.Args = []string{"print", "from args"} })
	n.logs(id, "from args")
}

func TestMountsAreShared(t *testing.T) {
	folder := t.TempDir()
	n := start(t, folder)
	volume := filepath.Join(folder, "volume")
	if err := os.MkdirAll(volume, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(volume, "motd"), []byte("from a volume"), 0o600); err != nil {
		t.Fatal(err)
	}
	id, _ := n.container(func(c *cri.ContainerConfig) { c.Mounts = []*cri.Mount{{ContainerPath: "/etc", HostPath: volume}} }, "describe")
	n.logs(id, `"from a volume"`)
}

func TestSandboxes(t *testing.T) {
	n := start(t, t.TempDir())
	pod, config := n.pod("first")
	if _, err := n.RunPodSandbox(t.Context(), config, ""); err == nil || !strings.Contains(err.Error(), fmt.Sprintf(`failed to reserve sandbox name "sandbox/first-uid/0": name is reserved for %q`, pod)) {
		t.Error(err)
	}
	id := n.create(pod, config, nil, "listen", ":80")
	if _, err := n.CreateContainer(t.Context(), pod, &cri.ContainerConfig{Metadata: &cri.ContainerMetadata{Name: "main"}, Image: &cri.ImageSpec{Image: "app"}}, config); err == nil ||
		!strings.Contains(err.Error(), fmt.Sprintf("name is reserved for %q", id)) {
		t.Error(err)
	}
	if err := n.StartContainer(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	n.logs(id, "listening") // on a busy machine, the second one could have the port first
	if err := n.StartContainer(t.Context(), id); err == nil || !strings.Contains(err.Error(), "container is in CONTAINER_RUNNING state") {
		t.Error(err)
	}
	second := n.create(pod, config, func(c *cri.ContainerConfig) { c.Metadata.Name, c.LogPath = "second", "second/0.log" }, "listen", ":80")
	if err := n.StartContainer(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	if status := n.ended(second); status.ExitCode != 1 { // two containers of a Pod share its ports
		t.Errorf("%+v", status)
	}
	n.logs(second, "address already in use")

	answer, err := n.PodSandboxStatus(t.Context(), pod, false)
	if err != nil || answer.Status.State != cri.PodSandboxState_SANDBOX_READY || !strings.HasPrefix(answer.Status.Network.Ip, "10.244.1.") {
		t.Error(answer, err)
	}
	ip := answer.Status.Network.Ip
	if conn, err := n.config.Network.DialContext(t.Context(), "192.0.2.2", "tcp", ip+":80"); err != nil {
		t.Error(err)
	} else {
		conn.Close()
	}
	for name, filter := range map[string]*cri.PodSandboxFilter{
		"ID": {Id: pod}, "label": {LabelSelector: map[string]string{"pod": "first"}}, "state": {State: &cri.PodSandboxStateValue{State: cri.PodSandboxState_SANDBOX_READY}},
	} {
		if found, err := n.ListPodSandbox(t.Context(), filter); err != nil || len(found) != 1 {
			t.Error(name, found, err)
		}
	}
	if found, err := n.ListContainers(t.Context(), &cri.ContainerFilter{PodSandboxId: pod, State: &cri.ContainerStateValue{State: cri.ContainerState_CONTAINER_RUNNING}}); err != nil || len(found) != 1 || found[0].Id != id {
		t.Error(found, err)
	}

	if err := n.StopPodSandbox(t.Context(), pod); err != nil {
		t.Fatal(err)
	}
	if status := n.status(id); status.ExitCode != 137 {
		t.Errorf("what runs in it is killed: %+v", status)
	}
	answer, _ = n.PodSandboxStatus(t.Context(), pod, false)
	if answer.Status.State != cri.PodSandboxState_SANDBOX_NOTREADY {
		t.Error(answer)
	}
	third := n.create(pod, config, func(c *cri.ContainerConfig) { c.Metadata.Name = "third" }, "wait")
	if err := n.StartContainer(t.Context(), third); err == nil || !strings.Contains(err.Error(), "is not running") {
		t.Error(err)
	}
	if err := n.RemovePodSandbox(t.Context(), pod); err != nil {
		t.Fatal(err)
	}
	if _, err := n.PodSandboxStatus(t.Context(), pod, false); err == nil || !strings.Contains(err.Error(), "not found") {
		t.Error(err)
	}
	if _, err := n.ContainerStatus(t.Context(), id, false); err == nil || !strings.Contains(err.Error(), "not found") {
		t.Error(err)
	}
	for _, folder := range []string{"sandboxes", "containers"} {
		if left, _ := os.ReadDir(filepath.Join(n.config.Folder, folder)); len(left) > 0 {
			t.Error(folder, left)
		}
	}
	if _, err := n.RunPodSandbox(t.Context(), config, ""); err != nil {
		t.Error("its name is free again:", err)
	}
}

func TestHostNetwork(t *testing.T) {
	n := start(t, t.TempDir())
	config := &cri.PodSandboxConfig{
		Metadata: &cri.PodSandboxMetadata{Name: "host", Uid: "host"}, LogDirectory: filepath.Join(n.folder, "logs"),
		Linux: &cri.LinuxPodSandboxConfig{SecurityContext: &cri.LinuxSandboxSecurityContext{NamespaceOptions: &cri.NamespaceOption{Network: cri.NamespaceMode_NODE}}},
	}
	pod, err := n.RunPodSandbox(t.Context(), config, "")
	if err != nil {
		t.Fatal(err)
	}
	id := n.create(pod, config, nil, "describe")
	if err := n.StartContainer(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	n.logs(id, "/work 1 node-1 ")
	if answer, err := n.PodSandboxStatus(t.Context(), pod, false); err != nil || answer.Status.Network.Ip != "192.0.2.2" {
		t.Error(answer, err)
	}
	if err := n.StopPodSandbox(t.Context(), pod); err != nil {
		t.Error(err)
	}
	other := n.config.Network.Join("10.244.1.200", network.Names{}, func() bool { return true })
	if _, err := other.DialContext(t.Context(), "tcp", "192.0.2.2:80"); err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Error("the Node's network outlives its Pods:", err)
	}
}

func TestLimitsChange(t *testing.T) {
	n := start(t, t.TempDir())
	id, pod := n.container(nil, "use", "96")
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		stats, err := n.ContainerStats(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if stats.Memory.WorkingSetBytes.Value == 96<<20 {
			break
		}
		if time.Now().After(end) {
			t.Fatal(stats)
		}
	}
	if stats, err := n.PodSandboxStats(t.Context(), pod); err != nil || stats.Linux.Memory.WorkingSetBytes.Value != 96<<20 {
		t.Error(stats, err)
	}
	change := func(mebibytes int64) {
		err := n.UpdateContainerResources(t.Context(), id, &cri.ContainerResources{Linux: &cri.LinuxContainerResources{MemoryLimitInBytes: mebibytes << 20}})
		if err != nil {
			t.Fatal(err)
		}
	}
	change(128)
	if status := n.status(id); status.State != cri.ContainerState_CONTAINER_RUNNING || status.Resources.Linux.MemoryLimitInBytes != 128<<20 {
		t.Errorf("%+v", status)
	}
	change(64)
	if status := n.ended(id); status.Reason != "OOMKilled" || status.ExitCode != 137 {
		t.Errorf("%+v", status)
	}
}
