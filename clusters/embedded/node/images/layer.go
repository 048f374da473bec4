package images

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"testing/fstest"
)

// folders lists what every image has, as distributions of Linux do.
var folders = strings.Fields(`bin etc home lib media mnt opt root run sbin srv sys tmp usr/bin usr/lib usr/local/bin usr/sbin usr/share
	var/cache var/lib var/log var/run var/spool var/tmp`)

// Layer gives the files of the image.
func (i *Image) Layer() fs.FS {
	layer := fstest.MapFS{}
	for _, name := range folders {
		layer[name] = &fstest.MapFile{Mode: fs.ModeDir | 0o755}
	}
	for _, name := range []string{"tmp", "var/tmp"} {
		layer[name] = &fstest.MapFile{Mode: fs.ModeDir | fs.ModeSticky | 0o777}
	}
	if i.WorkingDir != "" && path.Clean(i.WorkingDir) != "/" {
		layer[path.Clean(i.WorkingDir)[1:]] = &fstest.MapFile{Mode: fs.ModeDir | 0o755}
	}
	for name, text := range i.Files {
		mode := fs.FileMode(0o644)
		if strings.HasPrefix(text, "#!") {
			mode = 0o755
		}
		layer[path.Clean(name)[1:]] = &fstest.MapFile{Data: []byte(text), Mode: mode}
	}
	for _, name := range slices.Collect(maps.Keys(layer)) {
		for above := path.Dir(name); above != "." && layer[above] == nil; above = path.Dir(above) {
			layer[above] = &fstest.MapFile{Mode: fs.ModeDir | 0o755}
		}
	}
	return layer
}
