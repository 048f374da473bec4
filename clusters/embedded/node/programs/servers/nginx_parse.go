package servers

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"driftlab/clusters/embedded/node/files"
)

// directive is one line or one block of an nginx configuration.
type directive struct {
	name  string
	args  []string
	block []directive
	place string // "FILE:LINE"
}

// nginxText is a file of a configuration that is being read.
type nginxText struct {
	tree *files.Tree
	file string
	text string
	at   int
	line int
}

// maxIncludes stops files that include each other.
const maxIncludes = 100

// parseNginx reads a configuration with all that it includes. The errors are in nginx's words.
func parseNginx(tree *files.Tree, file string, depth int) ([]directive, error) {
	if depth > maxIncludes {
		return nil, fmt.Errorf("too many levels of includes in %s", file)
	}
	data, err := tree.ReadFile(file)
	if err != nil {
		number, words := why(err)
		return nil, fmt.Errorf("open() %q failed (%d: %s)", file, number, words)
	}
	t := &nginxText{tree: tree, file: file, text: string(data), line: 1}
	return t.block(false, depth)
}

func (t *nginxText) place() string { return fmt.Sprintf("%s:%d", t.file, t.line) }

// block reads directives up to the end of the file, or of the block.
func (t *nginxText) block(inner bool, depth int) ([]directive, error) {
	var all []directive
	for {
		words, end, err := t.statement()
		if err != nil {
			return nil, err
		}
		place := t.place()
		switch {
		case end == 0 && inner:
			return nil, fmt.Errorf(`unexpected end of file, expecting "}" in %s`, place)
		case end == 0:
			return all, nil
		case end == '}' && !inner:
			return nil, fmt.Errorf(`unexpected "}" in %s`, place)
		case end == '}':
			return all, nil
		case len(words) == 0:
			return nil, fmt.Errorf("unexpected %q in %s", string(end), place)
		}
		found := directive{name: words[0], args: words[1:], place: place}
		if end == '{' {
			if found.block, err = t.block(true, depth); err != nil {
				return nil, err
			}
		}
		if found.name != "include" {
			all = append(all, found)
			continue
		}
		included, err := t.include(found, depth)
		if err != nil {
			return nil, err
		}
		all = append(all, included...)
	}
}

func (t *nginxText) include(d directive, depth int) ([]directive, error) {
	if len(d.args) != 1 {
		return nil, fmt.Errorf(`invalid number of arguments in "include" directive in %s`, d.place)
	}
	pattern := d.args[0]
	if !path.IsAbs(pattern) {
		pattern = path.Join("/etc/nginx", pattern)
	}
	names := []string{pattern[1:]}
	if strings.ContainsAny(pattern, "*?[") {
		names, _ = fs.Glob(t.tree.FS("/"), pattern[1:])
	} else if path.Base(pattern) == "mime.types" { // file types are known without it
		return nil, nil
	}
	var all []directive
	for _, name := range names {
		found, err := parseNginx(t.tree, "/"+name, depth+1)
		if err != nil {
			if len(names) == 1 && strings.HasPrefix(err.Error(), "open()") {
				err = fmt.Errorf("%w in %s", err, d.place)
			}
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// statement reads words up to ";", "{" or "}", which is end; 0 is the end of the file.
func (t *nginxText) statement() (words []string, end byte, err error) {
	for t.at < len(t.text) {
		switch letter := t.text[t.at]; {
		case letter == '\n':
			t.line++
			t.at++
		case letter == ' ' || letter == '\t' || letter == '\r':
			t.at++
		case letter == '#':
			if rest := strings.IndexByte(t.text[t.at:], '\n'); rest >= 0 {
				t.at += rest
			} else {
				t.at = len(t.text)
			}
		case letter == ';' || letter == '{':
			t.at++
			return words, letter, nil
		case letter == '}':
			if len(words) > 0 {
				return nil, 0, fmt.Errorf(`unexpected "}" in %s`, t.place())
			}
			t.at++
			return nil, letter, nil
		default:
			word, err := t.word()
			if err != nil {
				return nil, 0, err
			}
			words = append(words, word)
		}
	}
	if len(words) > 0 {
		return nil, 0, fmt.Errorf(`unexpected end of file, expecting ";" or "}" in %s`, t.place())
	}
	return nil, 0, nil
}

// word reads one word, quoted or not. "${name}" is part of a word.
func (t *nginxText) word() (string, error) {
	var word strings.Builder
	quote := t.text[t.at]
	if quote != '"' && quote != '\'' {
		quote = 0
	} else {
		t.at++
	}
	for ; t.at < len(t.text); t.at++ {
		letter := t.text[t.at]
		if letter == '\n' && quote != 0 {
			t.line++
		}
		switch {
		case quote != 0 && letter == quote:
			t.at++
			return word.String(), nil
		case letter == '\\' && t.at+1 < len(t.text):
			t.at++
			switch next := t.text[t.at]; next {
			case 'n':
				word.WriteByte('\n')
			case 't':
				word.WriteByte('\t')
			case 'r':
				word.WriteByte('\r')
			case '"', '\'', '\\', ' ', ';':
				word.WriteByte(next)
			default:
				word.WriteByte('\\')
				word.WriteByte(next)
			}
		case quote == 0 && letter == '{' && strings.HasSuffix(word.String(), "$"):
			closing := strings.IndexByte(t.text[t.at:], '}')
			if closing < 0 {
				return "", fmt.Errorf(`unexpected end of file, expecting "}" in %s`, t.place())
			}
			word.WriteString(t.text[t.at : t.at+closing+1])
			t.at += closing
		case quote == 0 && strings.IndexByte(" \t\r\n;{", letter) >= 0:
			return word.String(), nil
		default:
			word.WriteByte(letter)
		}
	}
	if quote != 0 {
		return "", fmt.Errorf(`unexpected end of file, expecting %q in %s`, string(quote), t.place())
	}
	return word.String(), nil
}
