// Package programs finds the program behind a name in a container: the image's own server, a shell, a command, or a
// script that somebody has written there.
package programs

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"driftlab/clusters/embedded/node/files"
	"driftlab/clusters/embedded/node/images"
	"driftlab/clusters/embedded/node/program"
	"driftlab/clusters/embedded/node/programs/servers"
	"driftlab/clusters/embedded/node/programs/tools"
	"driftlab/clusters/embedded/node/shell"
	"driftlab/clusters/embedded/node/shell/commands"
)

var shells = []string{"sh", "ash", "bash", "dash"}

// Lookup finds a program of an image by its name or path; nil if neither the image nor the container's files hold it.
func Lookup(image *images.Image, tree *files.Tree, name string) program.Program {
	switch {
	case name == "":
		return nil
	case isOwn(image, name):
		return servers.Of(image)
	case isEntrypoint(image, name):
		return entrypoint(image)
	}
	if found := script(image, tree, name); found != nil {
		return found
	}
	if !image.Holds(name) {
		return nil
	}
	switch base := path.Base(name); {
	case slices.Contains(shells, base):
		return shell.Program
	case commands.Table[base] != nil:
		return commands.Table[base]
	case tools.Table[base] != nil:
		return tools.Table[base]
	default:
		return absent
	}
}

// isOwn: is it the program that the image is there for?
func isOwn(image *images.Image, name string) bool {
	if image.Kind != "server" || image.Program == "" {
		return false
	}
	if strings.HasPrefix(image.Program, "/") {
		return name == image.Program
	}
	return path.Base(name) == image.Program
}

// isEntrypoint: is it the script with which many images begin, and which then starts what it is told to?
func isEntrypoint(image *images.Image, name string) bool {
	return len(image.Entrypoint) > 0 && name == image.Entrypoint[0]
}

func entrypoint(image *images.Image) program.Program {
	return func(ctx context.Context, p *program.Process) int {
		words := p.Args[1:]
		switch {
		case len(words) == 0, strings.HasPrefix(words[0], "-"), // options for the image's own program
			image.Serves == "redis" && strings.HasSuffix(words[0], ".conf"),
			image.Kind == "shell" && p.Lookup(words[0]) == nil: // curl, node: what is no program is for theirs
			words = append([]string{image.Program}, words...)
		}
		next := p.Lookup(words[0])
		if next == nil {
			fmt.Fprintf(p.Stderr, "%s: exec: %s: not found\n", p.Args[0], words[0])
			return 127
		}
		if isOwn(image, words[0]) {
			servers.Prepare(image, p)
		}
		p.Args = words
		return next(ctx, p)
	}
}

// script finds an executable file that the container's files hold, or a volume brings.
func script(image *images.Image, tree *files.Tree, name string) program.Program {
	places := []string{name}
	if !strings.Contains(name, "/") {
		places = []string{"/usr/local/bin/" + name, "/usr/bin/" + name, "/bin/" + name}
	}
	for _, place := range places {
		info, err := tree.Stat(place)
		if !path.IsAbs(place) || err != nil || !info.Mode().IsRegular() {
			continue
		}
		if info.Mode().Perm()&0o111 == 0 {
			return denied
		}
		text, err := tree.ReadFile(place)
		if err != nil {
			continue
		}
		return interpreted(image, tree, place, text)
	}
	return nil
}

func interpreted(image *images.Image, tree *files.Tree, place string, text []byte) program.Program {
	words := []string{"/bin/sh"}
	if rest, found := bytes.CutPrefix(text, []byte("#!")); found {
		line, _ := bufio.NewReader(bytes.NewReader(rest)).ReadString('\n')
		if words = strings.Fields(line); len(words) > 1 && path.Base(words[0]) == "env" {
			words = words[1:]
		}
	}
	if len(words) == 0 || bytes.IndexByte(text[:min(len(text), 512)], 0) >= 0 {
		return foreign
	}
	interpreter := Lookup(image, tree, words[0])
	if interpreter == nil {
		return nil
	}
	return func(ctx context.Context, p *program.Process) int {
		p.Args = append(append(slices.Clone(words), place), p.Args[1:]...)
		return interpreter(ctx, p)
	}
}

func denied(_ context.Context, p *program.Process) int {
	fmt.Fprintf(p.Stderr, "%s: Permission denied\n", p.Args[0])
	return 126
}

func foreign(_ context.Context, p *program.Process) int {
	fmt.Fprintf(p.Stderr, "%s: the embedded engine runs scripts, not machine code; use the engine kind for it\n", p.Args[0])
	return 126
}

// absent stands for a program that the real image holds and the embedded engine does not have.
func absent(_ context.Context, p *program.Process) int {
	fmt.Fprintf(p.Stderr, "%s: the embedded engine does not have this program; use the engine kind for it\n", p.Args[0])
	return 127
}
