// Package commands holds the small Unix commands of a container's image, in the words and with the exit codes of BusyBox.
//
// They read and write the container's own files, streams and network only. What none of these can do fails, and says that the
// engine kind can.
package commands
