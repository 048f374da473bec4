package commands

import (
	"compress/gzip"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"driftlab/clusters/embedded/node/shell/proc"
)

func init() {
	add(base64Command, "base64")
	add(sum, "md5sum", "sha1sum", "sha256sum", "sha512sum")
	add(gzipCommand, "gzip", "gunzip", "zcat")
	add(dd, "dd")
	add(hexdump, "hexdump", "xxd", "od")
}

func base64Command(c *command) int {
	o := c.parse("d=decode D w=wrap: i")
	if o == nil {
		return 1
	}
	width := 76
	if o.Has("w") {
		var err error
		if width, err = strconv.Atoi(o.Value("w")); err != nil {
			return c.failf("invalid number '%s'", o.Value("w"))
		}
	}
	return c.each(o.Args[:min(1, len(o.Args))], func(_ string, r io.Reader) error {
		if o.Has("d") || o.Has("D") {
			if _, err := io.Copy(c.Stdout, base64.NewDecoder(base64.StdEncoding, r)); err != nil {
				return fmt.Errorf("truncated input")
			}
			return nil
		}
		data, err := io.ReadAll(io.LimitReader(r, proc.MaxMemory))
		if err != nil {
			return err
		}
		text := base64.StdEncoding.EncodeToString(data)
		for width > 0 && len(text) > width {
			if _, err := fmt.Fprintln(c.Stdout, text[:width]); err != nil {
				return err
			}
			text = text[width:]
		}
		_, err = io.WriteString(c.Stdout, text)
		if width > 0 {
			fmt.Fprintln(c.Stdout)
		}
		return err
	})
}

func sum(c *command) int {
	o := c.parse("c s w b")
	if o == nil {
		return 1
	}
	fresh := map[string]func() hash.Hash{"md5sum": md5.New, "sha1sum": sha1.New, "sha256sum": sha256.New, "sha512sum": sha512.New}[c.name]
	digest := func(r io.Reader) (string, error) {
		h := fresh()
		_, err := io.Copy(h, r)
		return hex.EncodeToString(h.Sum(nil)), err
	}
	if !o.Has("c") {
		return c.each(o.Args, func(name string, r io.Reader) error {
			text, err := digest(r)
			if err == nil {
				fmt.Fprintf(c.Stdout, "%s  %s\n", text, name)
			}
			return err
		})
	}
	lines, code := c.all(o.Args)
	bad := 0
	for _, line := range lines {
		wanted, name, _ := strings.Cut(line, "  ")
		got := ""
		if f, err := c.open(name); err == nil {
			got, _ = digest(f)
			f.Close()
		}
		state := "OK"
		if got != wanted {
			state = "FAILED"
			bad++
		}
		fmt.Fprintf(c.Stdout, "%s: %s\n", name, state)
	}
	if bad > 0 {
		return c.failf("WARNING: %d of %d computed checksums did NOT match", bad, len(lines))
	}
	return code
}

func gzipCommand(c *command) int {
	o := c.parse("c d f k n v q 1 2 3 4 5 6 7 8 9 t")
	if o == nil {
		return 1
	}
	unpack := o.Has("d") || c.name != "gzip"
	work := func(w io.Writer, r io.Reader) error {
		if unpack {
			z, err := gzip.NewReader(r)
			if err != nil {
				return fmt.Errorf("invalid magic")
			}
			_, err = io.Copy(w, z)
			return err
		}
		z := gzip.NewWriter(w)
		if _, err := io.Copy(z, r); err != nil {
			return err
		}
		return z.Close()
	}
	if len(o.Args) == 0 || o.Has("c") || c.name == "zcat" {
		return c.each(o.Args, func(_ string, r io.Reader) error { return work(c.Stdout, r) })
	}
	return c.each(o.Args, func(name string, r io.Reader) error {
		target := name + ".gz"
		if unpack {
			if target = strings.TrimSuffix(name, ".gz"); target == name {
				return fmt.Errorf("unknown suffix - ignored")
			}
		}
		f, err := proc.Open(c.Process, target, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
		if err != nil {
			return err
		}
		err = work(f, r)
		f.Close()
		if err == nil && !o.Has("k") {
			err = c.Files.Remove(c.abs(name))
		}
		return err
	})
}

func dd(c *command) int {
	options := map[string]string{"bs": "512"}
	for _, arg := range c.Args[1:] {
		name, value, ok := strings.Cut(arg, "=")
		if !ok {
			return c.failf("unrecognized operand '%s'", arg)
		}
		options[name] = value
	}
	numbers := map[string]int64{"count": -1, "skip": 0, "seek": 0}
	for _, name := range []string{"bs", "count", "skip", "seek"} {
		if word := options[name]; word != "" {
			n, _, err := size(word)
			if err != nil || n < 0 {
				return c.failf("invalid number '%s'", word)
			}
			numbers[name] = n
		}
	}
	block := numbers["bs"]
	if block < 1 || block > 64<<20 {
		return c.failf("bs: %d is out of range: the embedded engine takes blocks up to 64M", block)
	}
	in, out := c.Stdin, c.Stdout
	if name := options["if"]; name != "" {
		f, err := c.open(name)
		if err != nil {
			return c.failf("can't open '%s': %s", name, proc.Message(err))
		}
		defer f.Close()
		in = f
	}
	if name := options["of"]; name != "" {
		flag := os.O_WRONLY | os.O_CREATE
		if !strings.Contains(options["conv"], "notrunc") && numbers["seek"] == 0 {
			flag |= os.O_TRUNC
		}
		f, err := proc.Open(c.Process, name, flag, 0o644)
		if err != nil {
			return c.failf("can't open '%s': %s", name, proc.Message(err))
		}
		defer f.Close()
		if numbers["seek"] > 0 {
			f.Seek(numbers["seek"]*block, io.SeekStart)
		}
		out = f
	}
	begin := time.Now()
	io.CopyN(io.Discard, in, numbers["skip"]*block)
	buffer := make([]byte, min(block, 1<<20))
	var full, partial, written int64
	code := 0
	for n := int64(0); n != numbers["count"] && c.ctx.Err() == nil; n++ {
		var got int64
		var err error
		for got < block && err == nil {
			var k int
			k, err = io.ReadFull(in, buffer[:min(int64(len(buffer)), block-got)])
			got += int64(k)
			if k > 0 {
				if _, werr := out.Write(buffer[:k]); werr != nil {
					code = c.failf("error writing '%s': %s", options["of"], proc.Message(werr))
					err = werr
				}
			}
		}
		written += got
		if got == block {
			full++
		} else if got > 0 {
			partial++
		}
		if err != nil {
			break
		}
	}
	if options["status"] != "none" {
		fmt.Fprintf(c.Stderr, "%d+%d records in\n%d+%d records out\n", full, partial, full, partial)
		if options["status"] != "noxfer" {
			seconds := time.Since(begin).Seconds()
			fmt.Fprintf(c.Stderr, "%d bytes (%sB) copied, %.6f seconds, %sB/s\n", written, human(written), seconds, human(int64(float64(written)/max(seconds, 1e-6))))
		}
	}
	return code
}

func hexdump(c *command) int {
	o := c.parse("C c x A: t: n: v p")
	if o == nil {
		return 1
	}
	return c.each(o.Args, func(_ string, r io.Reader) error {
		dumper := hex.Dumper(c.Stdout)
		defer dumper.Close()
		_, err := io.Copy(dumper, r)
		return err
	})
}
