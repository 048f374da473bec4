package commands

import (
	"regexp"
	"strings"
)

// compile makes a Go expression of one of grep and sed. A basic one marks its operators by backslashes, an extended one does
// not.
func compile(pattern string, extended, ignoreCase bool) (*regexp.Regexp, error) {
	if !extended {
		pattern = basic(pattern)
	}
	pattern = strings.NewReplacer(`\<`, `\b`, `\>`, `\b`, "\\`", `\A`, `\'`, `\z`).Replace(pattern)
	if ignoreCase {
		pattern = "(?i)" + pattern
	}
	return regexp.Compile("(?s)" + pattern)
}

func basic(pattern string) string {
	var out strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch b := pattern[i]; b {
		case '\\':
			if i++; i == len(pattern) {
				out.WriteString(`\\`)
				break
			}
			switch pattern[i] {
			case '(', ')', '{', '}', '|', '+', '?':
				out.WriteByte(pattern[i])
			default:
				out.WriteByte('\\')
				out.WriteByte(pattern[i])
			}
		case '(', ')', '{', '}', '|', '+', '?':
			out.WriteByte('\\')
			out.WriteByte(b)
		case '*':
			if i == 0 || out.String() == "^" || strings.HasSuffix(pattern[:i], `\(`) {
				out.WriteByte('\\') // nothing stands before it to repeat
			}
			out.WriteByte('*')
		case '^':
			if i > 0 && !strings.HasSuffix(pattern[:i], `\(`) && !strings.HasSuffix(pattern[:i], `\|`) {
				out.WriteByte('\\')
			}
			out.WriteByte('^')
		case '$':
			if i < len(pattern)-1 && !strings.HasPrefix(pattern[i+1:], `\)`) && !strings.HasPrefix(pattern[i+1:], `\|`) {
				out.WriteByte('\\')
			}
			out.WriteByte('$')
		case '[':
			end := bracketEnd(pattern, i)
			out.WriteString(bracket(pattern[i:end]))
			i = end - 1
		default:
			out.WriteByte(b)
		}
	}
	return out.String()
}

// bracketEnd finds the end of a bracket expression that begins at i.
func bracketEnd(pattern string, i int) int {
	j := i + 1
	if j < len(pattern) && pattern[j] == '^' {
		j++
	}
	if j < len(pattern) && pattern[j] == ']' {
		j++
	}
	for j < len(pattern) && pattern[j] != ']' {
		if strings.HasPrefix(pattern[j:], "[:") {
			if end := strings.Index(pattern[j:], ":]"); end > 0 {
				j += end + 1
			}
		}
		j++
	}
	return min(j+1, len(pattern))
}

// bracket escapes what is plain in a POSIX bracket expression and special in Go's.
func bracket(text string) string {
	if len(text) < 2 || text[len(text)-1] != ']' {
		return text
	}
	inner := strings.ReplaceAll(text[1:len(text)-1], `\`, `\\`)
	if rest, ok := strings.CutPrefix(inner, "^]"); ok {
		inner = `^\]` + rest
	} else if rest, ok := strings.CutPrefix(inner, "]"); ok {
		inner = `\]` + rest
	}
	return "[" + inner + "]"
}
