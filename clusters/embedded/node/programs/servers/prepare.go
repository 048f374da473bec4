package servers

import (
	"fmt"
	"os"
	"path"
	"strings"

	"driftlab/clusters/embedded/node/images"
	"driftlab/clusters/embedded/node/program"
)

// Prepare does what the script does that is an image's ENTRYPOINT, before it starts the image's own program.
func Prepare(image *images.Image, p *program.Process) {
	if image.Serves == "nginx" && variable(p.Env, "NGINX_ENTRYPOINT_QUIET_LOGS") == "" {
		prepareNginx(p, func(format string, values ...any) { fmt.Fprintf(p.Stdout, format+"\n", values...) })
	} else if image.Serves == "nginx" {
		prepareNginx(p, func(string, ...any) {})
	}
}

// prepareNginx fills the environment into templates: https://hub.docker.com/_/nginx.
func prepareNginx(p *program.Process, say func(format string, values ...any)) {
	const script, templates = "/docker-entrypoint.sh: ", "/etc/nginx/templates"
	say(script + "/docker-entrypoint.d/ is not empty, will attempt to perform configuration")
	entries, _ := p.Files.ReadDir(templates)
	if len(entries) > 0 {
		say(script + "Launching /docker-entrypoint.d/20-envsubst-on-templates.sh")
	}
	for _, entry := range entries {
		name, found := strings.CutSuffix(entry.Name(), ".template")
		if !found {
			continue
		}
		from, to := path.Join(templates, entry.Name()), path.Join("/etc/nginx/conf.d", name)
		text, err := p.Files.ReadFile(from)
		if err != nil {
			continue
		}
		say("20-envsubst-on-templates.sh: Running envsubst on %s to %s", from, to)
		filled := os.Expand(string(text), func(name string) string { // what is no variable of the environment is nginx's own
			for _, pair := range p.Env {
				if known, value, _ := strings.Cut(pair, "="); known == name {
					return value
				}
			}
			return "${" + name + "}"
		})
		if err := p.Files.WriteFile(to, []byte(filled), 0o644); err != nil {
			_, words := why(err)
			say("20-envsubst-on-templates.sh: ERROR: %s cannot be written: %s", to, words)
		}
	}
	say(script + "Configuration complete; ready for start up")
}
