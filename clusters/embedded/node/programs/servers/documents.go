package servers

import (
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"driftlab/clusters/embedded/node/files"
)

// document answers with a file of the tree, ranges and conditions included.
func document(w http.ResponseWriter, r *http.Request, tree *files.Tree, name, fallback string) error {
	file, err := tree.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", kindOf(name, fallback))
	w.Header().Set("ETag", fmt.Sprintf(`"%x-%x"`, info.ModTime().Unix(), info.Size()))
	http.ServeContent(w, r, "", info.ModTime(), file)
	return nil
}

// kindOf gives the type of a file by its name. Web servers say no charset.
func kindOf(name, fallback string) string {
	extension := strings.ToLower(path.Ext(name))
	switch extension {
	case ".txt", ".log", ".conf":
		return "text/plain"
	case "":
		return fallback
	}
	kind, _, _ := strings.Cut(mime.TypeByExtension(extension), ";")
	if kind == "" {
		return fallback
	}
	return kind
}

// index finds the first of the names that is a file in the folder; empty if none is.
func index(tree *files.Tree, folder string, names []string) string {
	for _, name := range names {
		if info, err := tree.Stat(path.Join(folder, name)); err == nil && info.Mode().IsRegular() {
			return path.Join(folder, name)
		}
	}
	return ""
}

// listing gives what is in a folder; folders end with a slash.
func listing(tree *files.Tree, folder string) ([]string, error) {
	entries, err := tree.ReadDir(folder)
	var names []string
	for _, entry := range entries {
		name := entry.Name()
		if entry.IsDir() || entry.Type()&fs.ModeSymlink != 0 && isFolder(tree, path.Join(folder, name)) {
			name += "/"
		}
		names = append(names, name)
	}
	return names, err
}

func isFolder(tree *files.Tree, name string) bool {
	info, err := tree.Stat(name)
	return err == nil && info.IsDir()
}

// instead answers with another status than 200.
type instead struct {
	http.ResponseWriter
	status int
}

func (i instead) WriteHeader(int) { i.ResponseWriter.WriteHeader(i.status) }
