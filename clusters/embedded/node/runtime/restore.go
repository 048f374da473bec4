package runtime

import (
	"encoding/json"
	"os"
	"path/filepath"
	"syscall"
	"time"

	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// writeJSON replaces a file at once: it is never half there.
func writeJSON(path string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// restore finds what an earlier process has left. What ran goes on as a container would that outlives its kubelet: the
// same ID, the same start, no restart is counted. Its program begins anew, since a goroutine does not outlive its process.
func (r *Runtime) restore() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, folder := range entries(r.sandboxFolder("")) {
		s := &sandbox{}
		if !readJSON(filepath.Join(folder, "sandbox.json"), s) {
			os.RemoveAll(folder) // it was being made
			continue
		}
		if s.Ready && !s.onHostNetwork() {
			r.Pods.Keep(s.IP)
		}
		if s.Ready {
			r.join(s)
		}
		r.sandboxes[s.ID], r.names[s.name()] = s, s.ID
	}
	for _, folder := range entries(r.containerFolder("")) {
		c := &container{}
		if !readJSON(filepath.Join(folder, "container.json"), c) || r.sandboxes[c.Sandbox] == nil {
			os.RemoveAll(folder)
			continue
		}
		c.image = r.Images.Find(c.Image)
		if c.image == nil || r.open(c) != nil {
			os.RemoveAll(folder)
			continue
		}
		r.containers[c.ID], r.names[c.name()] = c, c.ID
		if c.State != cri.ContainerState_CONTAINER_RUNNING {
			continue
		}
		if err := r.start(c); err != nil {
			c.State, c.ExitCode, c.Reason = cri.ContainerState_CONTAINER_EXITED, 128+int32(syscall.SIGKILL), "Unknown"
			c.Finished, c.Message = time.Now(), err.Error()
			r.saveContainer(c)
		}
	}
	return nil
}

func entries(folder string) []string {
	found, _ := os.ReadDir(folder)
	var paths []string
	for _, entry := range found {
		paths = append(paths, filepath.Join(folder, entry.Name()))
	}
	return paths
}

func readJSON(path string, value any) bool {
	text, err := os.ReadFile(path)
	return err == nil && json.Unmarshal(text, value) == nil
}
