// Package proc is what every program of a container needs around its work: paths and special files, finding and starting
// other programs, options, and the words of error messages.
package proc
