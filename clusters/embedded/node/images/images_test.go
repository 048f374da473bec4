package images

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// entry is an image as images.py completes it.
func entry(name, names, tags, more string) string {
	return fmt.Sprintf(`{"image": %q, "names": %q, "tags": %q, "size_bytes": 1000%s}`, name, names, tags, more)
}

var nginx = entry("nginx", `((docker\.io|quay\.io)/)?((docker/)?library/)?nginx`, `latest|1\.27(\.[0-9]+)?`, `, "pull_s": 0.02, "user": 101`)

func document(entries ...string) string { return "[" + strings.Join(entries, ",") + "]" }

func catalogue(t *testing.T, entries ...string) (*Catalogue, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "images.json")
	if err := os.WriteFile(path, []byte(document(entries...)), 0o600); err != nil {
		t.Fatal(err)
	}
	found, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return found, path
}

func TestFind(t *testing.T) {
	pause := entry("registry.k8s.io/pause", `registry\.k8s\.io/pause`, `3\.10`, "")
	c, _ := catalogue(t, nginx, pause, entry("app", "app", `1\.0`, `, "version": "1.0"`), entry("app", "app", `1\.1`, `, "version": "1.1"`))
	digest := c.Find("nginx").Digest()
	for reference, want := range map[string]string{
		"nginx": "nginx", "nginx:latest": "nginx", "nginx:1.27": "nginx", "docker.io/library/nginx:1.27.3": "nginx", "quay.io/nginx": "nginx",
		"library/nginx": "nginx", "docker.io/docker/library/nginx": "nginx",
		"nginx:1.2": "", "nginx:1.27x": "", "xnginx": "", "nginx2": "", "example.com/nginx": "", "localhost:5000/nginx": "", "nginx:": "", "": "",
		"registry.k8s.io/pause:3.10": "registry.k8s.io/pause", "registry.k8s.io/pause": "", "pause:3.10": "",
		"app:1.0": "app 1.0", "app:1.1": "app 1.1", "app": "", "app:1x0": "",
		"nginx@" + digest: "nginx", "nginx:1.2@" + digest: "nginx", "docker.io/library/nginx@" + digest: "nginx",
		"app@" + digest: "", "nginx@sha256:" + strings.Repeat("0", 64): "",
		"app@" + c.Find("app:1.1").Digest(): "app 1.1",
	} {
		got := ""
		if image := c.Find(reference); image != nil {
			got = strings.TrimSpace(image.Repository + " " + image.Version)
		}
		if got != want {
			t.Errorf("%q: %q, not %q", reference, got, want)
		}
	}
}

func TestCatalogueChanges(t *testing.T) {
	c, path := catalogue(t, nginx)
	write := func(text string, at time.Time) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		os.Chtimes(path, at, at)
	}
	write(document(nginx, entry("shop", "shop", "latest", "")), time.Unix(1000, 0))
	if c.Find("shop") == nil {
		t.Error("what is added counts from then on")
	}
	write("[", time.Unix(2000, 0))
	if c.Find("shop") == nil {
		t.Error("half a file changes nothing")
	}
	os.Remove(path)
	if c.Find("shop") == nil {
		t.Error("a file that is gone changes nothing")
	}
}

func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"{":  "unexpected end of JSON input",
		"{}": "cannot unmarshal object",
		document(nginx, entry("x", "x", "(", "")):               "x: error parsing regexp",
		document(nginx, entry("x", "x", "1", `, "port": "80"`)): "image 1: json: cannot unmarshal string into Go struct field Image.port",
	} {
		path := filepath.Join(t.TempDir(), "images.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), path) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := Open("/nowhere"); !os.IsNotExist(err) {
		t.Error(err)
	}
}

func TestSpellings(t *testing.T) {
	for short, full := range map[string]string{
		"nginx": "docker.io/library/nginx:latest", "nginx:1": "docker.io/library/nginx:1", "traefik/whoami": "docker.io/traefik/whoami:latest",
		"localhost:5000/a": "localhost:5000/a:latest", "localhost/a:1": "localhost/a:1", "registry.k8s.io/pause:3.10": "registry.k8s.io/pause:3.10",
		"nginx@sha256:0": "docker.io/library/nginx@sha256:0",
	} {
		if got := Full(short); got != full {
			t.Errorf("%s: %s", short, got)
		}
	}
	if got := Pinned("nginx:1", "sha256:0"); got != "docker.io/library/nginx@sha256:0" {
		t.Error(got)
	}
}

func TestPullTime(t *testing.T) {
	for _, try := range []struct {
		image Image
		want  time.Duration
	}{
		{Image{Size: 1}, 200 * time.Millisecond}, {Image{Size: 500 << 20}, 1200 * time.Millisecond}, {Image{Size: 1 << 62}, 2 * time.Second}, {Image{Size: 1, PullS: 30}, 30 * time.Second},
	} {
		if got := try.image.PullTime(); got/time.Millisecond != try.want/time.Millisecond {
			t.Errorf("%+v: %v", try.image, got)
		}
	}
}

func TestLayer(t *testing.T) {
	image := Image{WorkingDir: "/data", Files: map[string]string{"/etc/motd": "hello", "/run.sh": "#!/bin/sh\n", "/srv/deep/file": ""}}
	for name, mode := range map[string]fs.FileMode{
		"tmp": fs.ModeDir | fs.ModeSticky | 0o777, "data": fs.ModeDir | 0o755, "usr": fs.ModeDir | 0o755, "srv/deep": fs.ModeDir | 0o755, "run": fs.ModeDir | 0o755, "etc/motd": 0o644, "run.sh": 0o755,
	} {
		if info, err := fs.Stat(image.Layer(), name); err != nil || info.Mode() != mode {
			t.Errorf("%s: %v %v", name, info, err)
		}
	}
}

func store(t *testing.T, folder string) *Store {
	t.Helper()
	c, _ := catalogue(t, nginx)
	s, err := NewStore(c, folder)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func pull(s *Store, reference string) (string, error) {
	return s.PullImage(context.Background(), &cri.ImageSpec{Image: reference}, nil, nil)
}

func TestPull(t *testing.T) {
	folder := t.TempDir()
	s := store(t, folder)
	there := func(s *Store, reference string) *cri.Image {
		answer, err := s.ImageStatus(t.Context(), &cri.ImageSpec{Image: reference}, false)
		if err != nil {
			t.Fatal(err)
		}
		return answer.Image
	}
	if there(s, "nginx") != nil || s.Find("nginx") != nil {
		t.Error("it was not pulled")
	}
	id, err := pull(s, "nginx:1.27")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pull(s, "nginx:1.27@"+id); err != nil {
		t.Error(err)
	}
	if there(s, "nginx") != nil {
		t.Error("another tag was not pulled")
	}
	for _, reference := range []string{"nginx:1.27", "docker.io/library/nginx:1.27", id, "nginx@" + id} {
		image := there(s, reference)
		if image == nil || image.Id != id || image.Size != 1000 || image.Uid.Value != 101 || s.Find(reference) == nil {
			t.Fatalf("%s: %v", reference, image)
		}
		if strings.Join(image.RepoTags, " ") != "docker.io/library/nginx:1.27" || image.RepoDigests[0] != "docker.io/library/nginx@"+id {
			t.Error(image)
		}
	}
	again := store(t, folder) // another process
	if there(again, "nginx:1.27") == nil {
		t.Error("what was pulled outlives the process")
	}
	all, err := again.ListImages(t.Context(), nil)
	if err != nil || len(all) != 1 {
		t.Error(all, err)
	}
	if some, _ := again.ListImages(t.Context(), &cri.ImageFilter{Image: &cri.ImageSpec{Image: "other"}}); len(some) > 0 {
		t.Error(some)
	}
	usage, err := again.ImageFsInfo(t.Context())
	if err != nil || usage.ImageFilesystems[0].UsedBytes.Value != 1000 {
		t.Error(usage, err)
	}
	if err := again.RemoveImage(t.Context(), &cri.ImageSpec{Image: "nginx:1.27"}); err != nil || there(again, "nginx:1.27") != nil {
		t.Error("it was removed:", err)
	}
	if err := os.WriteFile(filepath.Join(folder, "pulled.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if store(t, folder).Find("nginx:1.27") != nil {
		t.Error("half a file says nothing")
	}
}

func TestPullTakesItsTime(t *testing.T) {
	c, _ := catalogue(t, entry("slow", "slow", "latest", `, "pull_s": 0.3`))
	s, err := NewStore(c, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for turn, least := range []time.Duration{300 * time.Millisecond, 200 * time.Millisecond} {
		began := time.Now()
		if _, err := pull(s, "slow"); err != nil || time.Since(began) < least {
			t.Error(turn, time.Since(began), err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.PullImage(ctx, &cri.ImageSpec{Image: "slow"}, nil, nil); err != context.Canceled {
		t.Error(err)
	}
}

// TestPullFails: the words are containerd's.
func TestPullFails(t *testing.T) {
	s := store(t, t.TempDir())
	for reference, want := range map[string]string{
		"nginx:9":                         `failed to pull and unpack image "docker.io/library/nginx:9": failed to resolve reference "docker.io/library/nginx:9": docker.io/library/nginx:9: not found`,
		"ngnix":                           `"docker.io/library/ngnix:latest": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`,
		"me/app:1":                        `"docker.io/me/app:1": pull access denied`,
		"registry.k8s.io/nothing:1":       `registry.k8s.io/nothing:1: not found`,
		"quay.io/me/app:1":                `unexpected status from HEAD request to https://quay.io/v2/me/app/manifests/1: 401 UNAUTHORIZED`,
		"ghcr.io/me/app":                  `failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token?scope=repository%3Ame%2Fapp%3Apull&service=ghcr.io: 403 Forbidden`,
		"registry.example.com:5000/a/b:2": `failed to do request: Head "https://registry.example.com:5000/v2/a/b/manifests/2": dial tcp: lookup registry.example.com: no such host`,
		"nginx@sha256:" + strings.Repeat("0", 64): `not found (the embedded engine gives images digests of its own; use a tag, or the engine kind)`,
	} {
		t.Run(reference, func(t *testing.T) {
			t.Parallel()
			_, err := pull(s, reference)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v\nis not\n%s", err, want)
			}
			if missing := status.Code(err) == codes.NotFound; missing != strings.Contains(want, "not found") {
				t.Errorf("code %v", status.Code(err))
			}
		})
	}
}
