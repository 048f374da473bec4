package images

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// Store is the images that a Node has pulled. It implements the image service of the CRI:
// https://kubernetes.io/docs/concepts/containers/cri/
type Store struct {
	catalogue *Catalogue
	folder    string

	mu     sync.Mutex
	pulled map[string]string // full reference -> digest
}

// NewStore keeps its state in folder, and finds there what an earlier process has pulled.
func NewStore(catalogue *Catalogue, folder string) (*Store, error) {
	s := &Store{catalogue: catalogue, folder: folder, pulled: map[string]string{}}
	text, err := os.ReadFile(s.file())
	if errors.Is(err, os.ErrNotExist) {
		return s, os.MkdirAll(folder, 0o700)
	}
	if err == nil {
		_ = json.Unmarshal(text, &s.pulled) // half a file: everything is pulled once more
	}
	return s, err
}

func (s *Store) file() string { return filepath.Join(s.folder, "pulled.json") }

func (s *Store) save() {
	if text, err := json.Marshal(s.pulled); err == nil {
		if os.WriteFile(s.file()+".new", text, 0o600) == nil {
			os.Rename(s.file()+".new", s.file())
		}
	}
}

// Find gives the image behind a reference or an ID of one that was pulled.
func (s *Store) Find(reference string) *Image {
	s.mu.Lock()
	defer s.mu.Unlock()
	image, _ := s.find(reference)
	return image
}

func (s *Store) find(reference string) (*Image, []string) {
	digest, found := s.pulled[Full(reference)]
	if !found {
		_, digest, _ = strings.Cut(reference, "@")
		if digest == "" {
			digest = reference
		}
	}
	var names []string
	for name, of := range s.pulled {
		if of == digest {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	slices.Sort(names)
	return s.catalogue.Find(names[0]), names
}

func describe(image *Image, names []string) *cri.Image {
	described := &cri.Image{Id: image.Digest(), Size: uint64(image.Size), Uid: &cri.Int64Value{Value: image.UID}}
	for _, name := range names {
		if repository, _, pinned := strings.Cut(name, "@"); pinned {
			described.RepoDigests = append(described.RepoDigests, name)
		} else {
			described.RepoTags = append(described.RepoTags, name)
			described.RepoDigests = append(described.RepoDigests, untagged(repository)+"@"+image.Digest())
		}
	}
	described.RepoDigests = slices.Compact(described.RepoDigests)
	return described
}

// ListImages is the CRI's.
func (s *Store) ListImages(_ context.Context, filter *cri.ImageFilter) ([]*cri.Image, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	byDigest := map[string][]string{}
	for name, digest := range s.pulled {
		byDigest[digest] = append(byDigest[digest], name)
	}
	var all []*cri.Image
	for _, names := range byDigest {
		slices.Sort(names)
		image := s.catalogue.Find(names[0])
		if image == nil || filter != nil && filter.Image != nil && filter.Image.Image != "" && !slices.Contains(names, Full(filter.Image.Image)) {
			continue
		}
		all = append(all, describe(image, names))
	}
	return all, nil
}

// ImageStatus is the CRI's: no image, and no error, if it was not pulled.
func (s *Store) ImageStatus(_ context.Context, spec *cri.ImageSpec, _ bool) (*cri.ImageStatusResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	image, names := s.find(spec.Image)
	if image == nil {
		return &cri.ImageStatusResponse{}, nil
	}
	return &cri.ImageStatusResponse{Image: describe(image, names)}, nil
}

// PullImage is the CRI's. Its errors are in the words of containerd.
func (s *Store) PullImage(ctx context.Context, spec *cri.ImageSpec, _ *cri.AuthConfig, _ *cri.PodSandboxConfig) (string, error) {
	full := Full(spec.Image)
	image := s.catalogue.Find(spec.Image)
	pause := 200 * time.Millisecond // for an answer from the registry
	if image != nil {
		s.mu.Lock()
		_, there := s.pulled[full]
		s.mu.Unlock()
		if !there {
			pause = image.PullTime()
		}
	}
	select {
	case <-time.After(pause):
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if image == nil {
		return "", s.missing(full)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pulled[full] = image.Digest()
	s.save()
	return image.Digest(), nil
}

// missing says why there is no such image, as the registry that would be asked does.
func (s *Store) missing(full string) error {
	reason := fmt.Sprintf("failed to pull and unpack image %q: failed to resolve reference %q: ", full, full)
	host, path, _ := strings.Cut(untagged(strings.Split(full, "@")[0]), "/")
	switch {
	case s.catalogue.knows(full) && strings.Contains(full, "@"):
		reason += full + ": not found (the embedded engine gives images digests of its own; use a tag, or the engine kind)"
	case s.catalogue.knows(full), host == "registry.k8s.io", host == "mcr.microsoft.com":
		reason += full + ": not found"
	case host == "docker.io", host == "index.docker.io":
		return errors.New(reason + "pull access denied, repository does not exist or may require authorization: " +
			"server message: insufficient_scope: authorization failed")
	case host == "quay.io":
		return fmt.Errorf("%sunexpected status from HEAD request to https://%s/v2/%s/manifests/%s: 401 UNAUTHORIZED", reason, host, path, tagOf(full))
	case host == "ghcr.io", host == "gcr.io", host == "public.ecr.aws", strings.HasSuffix(host, "-docker.pkg.dev"):
		return fmt.Errorf("%sfailed to authorize: failed to fetch anonymous token: unexpected status from GET request to "+
			"https://%s/token?scope=repository%%3A%s%%3Apull&service=%s: 403 Forbidden", reason, host, url.QueryEscape(path), host)
	default: // nobody's registry is asked, so a private one is a machine that is not there
		name := host
		if bare, _, err := net.SplitHostPort(host); err == nil {
			name = bare
		}
		return fmt.Errorf("%sfailed to do request: Head \"https://%s/v2/%s/manifests/%s\": dial tcp: lookup %s: no such host", reason, host, path, tagOf(full), name)
	}
	return status.Error(codes.NotFound, reason)
}

// tagOf gives the tag of a full reference, or its digest.
func tagOf(full string) string {
	if _, digest, pinned := strings.Cut(full, "@"); pinned {
		return digest
	}
	return full[len(untagged(full))+1:]
}

// RemoveImage is the CRI's.
func (s *Store) RemoveImage(_ context.Context, spec *cri.ImageSpec) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, names := s.find(spec.Image)
	for _, name := range names {
		delete(s.pulled, name)
	}
	s.save()
	return nil
}

// ImageFsInfo is the CRI's.
func (s *Store) ImageFsInfo(context.Context) (*cri.ImageFsInfoResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var used uint64
	seen := map[string]bool{}
	for name, digest := range s.pulled {
		if image := s.catalogue.Find(name); image != nil && !seen[digest] {
			used, seen[digest] = used+uint64(image.Size), true
		}
	}
	usage := &cri.FilesystemUsage{
		Timestamp:  time.Now().UnixNano(),
		FsId:       &cri.FilesystemIdentifier{Mountpoint: s.folder},
		UsedBytes:  &cri.UInt64Value{Value: used},
		InodesUsed: &cri.UInt64Value{Value: uint64(len(seen))},
	}
	return &cri.ImageFsInfoResponse{
		ImageFilesystems:     []*cri.FilesystemUsage{usage},
		ContainerFilesystems: []*cri.FilesystemUsage{usage},
	}, nil
}

// Close is the CRI's.
func (s *Store) Close(context.Context) error { return nil }
