// Package tools holds the programs that images of servers have beside them: their clients, and what of perl an example needs.
package tools

import "driftlab/clusters/embedded/node/program"

// Table is every tool by its name.
var Table = map[string]program.Program{
	"mysqladmin": mysqladmin,
	"perl":       perl,
	"pg_isready": pgIsReady,
	"redis-cli":  redisCLI,
}
