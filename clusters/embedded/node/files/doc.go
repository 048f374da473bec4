// Package files is a container's file tree: the image's files below, the container's own above them, volumes mounted in.
//
// A Tree sees three kinds of places. The image is an fs.FS that nobody writes to. The own layer is a folder on the host: what
// a program writes lands there, and a removed image file leaves a whiteout there (".wh.NAME", as in OCI layers). Mounts are
// folders or files on the host.
//
// Tree resolves symbolic links itself, in the container's view. Every access to the host then goes through the os.Root of its
// layer: a link that somebody swaps in between resolving and opening cannot lead out of that layer.
package files
