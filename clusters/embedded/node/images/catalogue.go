// Package images is the catalogue: which images there are, what they hold and how long a pull takes. No registry is asked.
package images

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Image is one image in one version, as images.schema.json describes it.
type Image struct {
	Repository string            `json:"image"`
	Version    string            `json:"version"`
	Names      string            `json:"names"` // which names mean it, without a tag
	Tags       string            `json:"tags"`  // which tags it has
	Kind       string            `json:"kind"`  // server or shell
	Size       int64             `json:"size_bytes"`
	PullS      float64           `json:"pull_s"`      // how long a pull takes; 0: by its size
	Program    string            `json:"program"`     // what it is there for
	Serves     string            `json:"serves"`      // which program of package servers that is; empty: what the document says
	Entrypoint []string          `json:"entrypoint"`  // ENTRYPOINT
	Command    []string          `json:"command"`     // CMD
	StopSignal string            `json:"stop_signal"` // STOPSIGNAL
	Programs   []string          `json:"programs"`    // what else it holds
	Env        map[string]string `json:"env"`
	WorkingDir string            `json:"working_dir"`
	UID        int64             `json:"user"`
	Files      map[string]string `json:"files"` // by path
	Port       int               `json:"port"`
	Memory     int64             `json:"memory_mib"`

	Document    json.RawMessage `json:"-"` // the whole entry
	names, tags *regexp.Regexp
}

// Catalogue is a file of images; what is added to the file while it is in use counts from then on.
type Catalogue struct {
	path string

	mu     sync.Mutex
	read   time.Time
	images []*Image
}

// Open reads the catalogue in the file at path: a JSON list of images.
func Open(path string) (*Catalogue, error) {
	c := &Catalogue{path: path}
	return c, c.refresh()
}

func (c *Catalogue) refresh() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	info, err := os.Stat(c.path)
	if err != nil {
		return err
	}
	if info.ModTime().Equal(c.read) {
		return nil
	}
	text, err := os.ReadFile(c.path)
	if err != nil {
		return err
	}
	images, err := parse(text)
	if err != nil {
		return fmt.Errorf("%s: %w", c.path, err)
	}
	c.images, c.read = images, info.ModTime()
	return nil
}

func parse(text []byte) ([]*Image, error) {
	var documents []json.RawMessage
	if err := json.Unmarshal(text, &documents); err != nil {
		return nil, err
	}
	var images []*Image
	for number, document := range documents {
		image := &Image{Document: document}
		if err := json.Unmarshal(document, image); err != nil {
			return nil, fmt.Errorf("image %d: %w", number, err)
		}
		var err error
		if image.names, err = whole(image.Names); err == nil {
			image.tags, err = whole(image.Tags)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", image.Repository, err)
		}
		if len(image.Entrypoint) == 0 && len(image.Command) == 0 && image.Program != "" {
			image.Entrypoint = []string{image.Program}
		}
		images = append(images, image)
	}
	return images, nil
}

// all gives the images as the file has them now. A file that cannot be read, for a moment or for good, changes nothing.
func (c *Catalogue) all() []*Image {
	_ = c.refresh()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.images
}

// whole compiles an expression that matches nothing but whole texts.
func whole(expression string) (*regexp.Regexp, error) {
	return regexp.Compile("^(?:" + expression + ")$")
}

// Find gives the image that a reference means, and nil if there is none. A digest says which one it is; a tag beside it
// says nothing.
func (c *Catalogue) Find(reference string) *Image {
	name, digest, pinned := strings.Cut(reference, "@")
	repository, tag := untagged(name), "latest"
	if repository != name {
		tag = name[len(repository)+1:]
	}
	for _, image := range c.all() {
		if image.names.MatchString(repository) && (pinned && image.Digest() == digest || !pinned && image.tags.MatchString(tag)) {
			return image
		}
	}
	return nil
}

// knows says whether there is a repository of that name, whatever its tags.
func (c *Catalogue) knows(reference string) bool {
	name, _, _ := strings.Cut(reference, "@")
	return slices.ContainsFunc(c.all(), func(image *Image) bool { return image.names.MatchString(untagged(name)) })
}

func untagged(reference string) string {
	if colon := strings.LastIndex(reference, ":"); colon > strings.LastIndex(reference, "/") {
		return reference[:colon]
	}
	return reference
}

// Digest identifies the image. It is made from its entry: nobody has the bytes of which it would be the hash.
func (i *Image) Digest() string {
	return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(i.Names+":"+i.Tags)))
}

// Holds says whether the image has a program of that name or path.
func (i *Image) Holds(name string) bool {
	return slices.Contains(i.Programs, path.Base(name)) && (!strings.Contains(name, "/") || inPath(path.Dir(name)))
}

// inPath: programs are where PATH looks for them.
func inPath(folder string) bool {
	return slices.Contains([]string{"/bin", "/usr/bin", "/sbin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"}, folder)
}

// Full spells a reference out as containerd does: docker.io/library/nginx:latest.
func Full(reference string) string {
	name := reference
	host, _, found := strings.Cut(name, "/")
	switch {
	case !found:
		name = "docker.io/library/" + name
	case !strings.ContainsAny(host, ".:") && host != "localhost":
		name = "docker.io/" + name
	}
	if !strings.Contains(name, "@") && untagged(name) == name {
		name += ":latest"
	}
	return name
}

// PullTime is how long it takes to fetch the image from a registry that is near.
func (i *Image) PullTime() time.Duration {
	if i.PullS > 0 {
		return time.Duration(i.PullS * float64(time.Second))
	}
	return min(200*time.Millisecond+time.Duration(float64(i.Size)/(500<<20)*float64(time.Second)), 2*time.Second)
}

// Pinned is a reference by its digest, as containerd gives it: docker.io/library/nginx@sha256:….
func Pinned(reference, digest string) string {
	name, _, _ := strings.Cut(Full(reference), "@")
	return untagged(name) + "@" + digest
}
