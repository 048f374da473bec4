// Package shell interprets sh and bash for containers, inside the node program.
//
// The interpreter is mvdan.cc/sh. By itself it would reach for the host in many places: it looks for programs in the host's
// PATH, resolves "~root" with the host's users, shows the host's PID in $$, makes pipes in the host's /tmp. Four means close
// all of them:
//
//   - every handler that the interpreter offers goes to the container's own Process (handlers.go);
//   - every builtin that the interpreter answers by the host is one of ours (builtins.go);
//   - the script's syntax tree is rewritten before it runs, also for eval, source and trap (rewrite.go): what the interpreter
//     offers no handler for, such as $$ and background jobs, becomes something that it does;
//   - the interpreter's folder for temporary files is a name that no system call accepts (environ.go).
//
// The interpreter starts goroutines of its own, whose panics nobody could recover. The rewritten tree has none: background
// jobs and the left side of a pipe run in goroutines of this package.
package shell
