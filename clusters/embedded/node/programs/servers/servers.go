// Package servers holds the programs that public images are there for, as small as a lesson needs them.
package servers

import (
	"context"
	"io/fs"
	"strings"

	"blog-api/app"

	"driftlab/clusters/embedded/node/images"
	"driftlab/clusters/embedded/node/program"
)

// all is every server by the name in images.schema.json, made for the image that it is in.
var all = map[string]func(*images.Image) program.Program{
	"agnhost":     agnhost,
	"bootcamp":    bootcamp,
	"etcd":        etcd,
	"goproxy":     goproxy,
	"hello":       hello,
	"hello-app":   helloApp,
	"hello-go":    helloGo,
	"hpa-example": hpaExample,
	"http-echo":   httpEcho,
	"httpd":       httpd,
	"memcached":   memcached,
	"mongo":       mongo,
	"mysql":       mysql,
	"nginx":       nginx,
	"node-hello":  nodeHello,
	"pause":       pause,
	"postgres":    postgres,
	"redis":       redis,
	"whoami":      whoami,
}

// Of gives the program that an image is there for.
func Of(image *images.Image) program.Program {
	if serves := all[image.Serves]; serves != nil {
		return serves(image)
	}
	return application(image)
}

// application runs what blog-api runs, for every image whose entry of the catalogue says all that it does.
func application(image *images.Image) program.Program {
	return func(ctx context.Context, p *program.Process) int {
		stop := make(chan struct{})
		ended, end := context.WithCancel(ctx)
		defer end()
		go func() {
			if _, stopped := await(ended, p, nil, stopping); stopped {
				close(stop)
			}
		}()
		return app.Run(ctx, image.Document, app.World{
			Version: image.Version,
			Args:    p.Args[1:],
			Getenv:  func(name string) string { return variable(p.Env, name) },
			Stdout:  p.Stdout,
			Stderr:  p.Stderr,
			Stop:    stop,
			Listen:  p.Network.Listen,
			Dial:    p.Network.DialContext,
			OpenFile: func(name string, flag int, perm fs.FileMode) (app.File, error) {
				return p.Files.OpenFile(name, flag, perm)
			},
			Keep: func(mebibytes int) { p.Memory(int64(mebibytes) << 20) },
		})
	}
}

func variable(env []string, name string) string {
	for i := len(env) - 1; i >= 0; i-- {
		if value, found := strings.CutPrefix(env[i], name+"="); found && name != "" {
			return value
		}
	}
	return ""
}
