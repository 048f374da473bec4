// Package program says what a program of a container is to the node program: a function, and what it may reach.
//
// No kernel isolates these programs from each other or from the host. What isolates them is that a program has nothing
// but its Process: a tree of files, a network and streams, all of its own container.
package program

import (
	"context"
	"io"
	"syscall"

	"driftlab/clusters/embedded/node/files"
	"driftlab/clusters/embedded/node/network"
)

// Program runs to its end and returns its exit code, 0 to 255. A ctx that is done is a SIGKILL: it returns at once.
type Program func(ctx context.Context, p *Process) int

// Process is everything that a program can reach.
type Process struct {
	Args []string // Args[0] is the name it was called by
	Env  []string // "NAME=value"
	Dir  string   // its working directory, absolute, in Files
	PID  int      // 1 for the program of the container itself

	Stdin          io.Reader // never nil; at its end at once if nobody holds the other side
	Stdout, Stderr io.Writer
	TTY            bool        // are the streams a terminal?
	Size           <-chan Size // of the terminal, whenever it changes; nil without one

	Files   *files.Tree
	Network network.Namespace
	Host    Host

	// Signals brings SIGTERM, SIGINT, SIGHUP and the like. Nobody has to read it: as on Linux, the first process of a
	// container ignores the signals that it has no handler for. Only a canceled ctx ends a program that does not listen.
	Signals <-chan syscall.Signal

	// Log is the container's log, which /proc/1/fd/1 and /proc/1/fd/2 lead to from every process of the container. Without it
	// these files do not exist.
	Log struct{ Stdout, Stderr io.Writer }

	// Kill signals a process of the container that the program did not start itself; nil if there is no way to. The errors
	// are those of kill(2): syscall.ESRCH. SIGKILL from inside does not reach the first process, as on Linux.
	Kill func(pid int, sig syscall.Signal) error

	// Lookup finds a program of the image by its name or path; nil if the image does not hold it.
	Lookup func(name string) Program

	// Processes lists what runs in the container, for ps; never nil.
	Processes func() []Running

	// Memory notes how much memory the program uses from now on. Above the container's limit the container is killed.
	Memory func(bytes int64)
}

// Size of a terminal, in characters.
type Size struct{ Width, Height uint16 }

// Host is what a program is told about the machine it believes to be on.
type Host struct {
	Name     string // the Pod's hostname
	UID, GID int64
	Groups   []int64 // all groups that the user is in, GID among them
	ReadOnly bool    // readOnlyRootFilesystem
}

// Running is one process of a container.
type Running struct {
	PID  int
	Args []string
}
