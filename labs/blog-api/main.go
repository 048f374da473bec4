// blog-api is the demo application that every lab deploys: a tiny HTTP server,
// with a subcommand for a task that ends (migrate) and one that keeps it company (visit).
//
// This file runs it as a program of its own, in an image. Package app is all that it does; the embedded engine
// compiles the same package into its node program and runs it there.
package main

import (
	"cmp"
	"context"
	_ "embed"
	"io/fs"
	"net"
	"os"
	"os/signal"
	"syscall"

	"blog-api/app"
)

//go:embed behaviour.json
var document []byte

func main() {
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	var cache []byte
	code := app.Run(context.Background(), document, app.World{
		// The images differ in nothing but this variable.
		Version:  cmp.Or(os.Getenv("APP_VERSION"), "1.0"),
		Args:     os.Args[1:],
		Getenv:   os.Getenv,
		Stdout:   os.Stdout,
		Stderr:   os.Stderr,
		Stop:     stop.Done(),
		Listen:   net.Listen,
		Dial:     (&net.Dialer{}).DialContext,
		OpenFile: func(name string, flag int, perm fs.FileMode) (app.File, error) { return os.OpenFile(name, flag, perm) },
		Keep:     func(mebibytes int) { cache = fill(mebibytes) },
	})
	_ = len(cache) // the cache lives as long as the program does
	os.Exit(code)
}

// fill takes the memory that the posts are kept in, and touches every page of it.
func fill(mebibytes int) []byte {
	cache := make([]byte, mebibytes<<20)
	for i := 0; i < len(cache); i += 4096 {
		cache[i] = 1
	}
	return cache
}
