package commands

import (
	"fmt"
	"strings"
)

// awkToken is a token of an awk program. kind is one of n(umber), s(tring), r(egular expression), w(ord), f(unction call: a
// word with a parenthesis right behind it), o(perator), and e(nd).
type awkToken struct {
	kind byte
	text string
}

var awkOperators = []string{"**=", "&&", "||", "==", "!=", "<=", ">=", "!~", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", ">>", "**",
	"{", "}", "(", ")", "[", "]", ";", "\n", ",", "+", "-", "*", "/", "%", "^", "!", ">", "<", "|", "?", ":", "~", "$", "="}

// awkLex splits an awk program. A slash begins an expression where no operand stands before it.
func awkLex(src string) ([]awkToken, error) {
	var list []awkToken
	operand := func() bool {
		if len(list) == 0 {
			return false
		}
		switch last := list[len(list)-1]; last.kind {
		case 'n', 's', 'r':
			return true
		case 'w':
			return !awkKeywords[last.text]
		case 'o':
			return last.text == ")" || last.text == "]" || last.text == "$"
		}
		return false
	}
	for i := 0; i < len(src); {
		c := src[i]
		switch {
		case c == ' ' || c == '\t' || c == '\r':
			i++
		case c == '\\' && i+1 < len(src) && src[i+1] == '\n':
			i += 2
		case c == '#':
			for i < len(src) && src[i] != '\n' {
				i++
			}
		case c == '"' || c == '/' && !operand():
			end := i + 1
			for end < len(src) && src[end] != c && src[end] != '\n' {
				if src[end] == '\\' {
					end++
				}
				end++
			}
			if end >= len(src) || src[end] != c {
				return nil, fmt.Errorf("unterminated %c", c)
			}
			text := src[i+1 : end]
			if c == '/' {
				list = append(list, awkToken{'r', strings.ReplaceAll(text, `\/`, "/")})
			} else {
				text, _ = unescape(strings.NewReplacer(`\"`, `"`, `\/`, "/").Replace(text), false)
				list = append(list, awkToken{'s', text})
			}
			i = end + 1
		case c >= '0' && c <= '9' || c == '.' && i+1 < len(src) && src[i+1] >= '0' && src[i+1] <= '9':
			end := i
			for end < len(src) && (src[end] >= '0' && src[end] <= '9' || src[end] == '.' || src[end] == 'e' || (src[end] == '-' || src[end] == '+') && src[end-1] == 'e') {
				end++
			}
			list = append(list, awkToken{'n', src[i:end]})
			i = end
		case c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			end := i
			for end < len(src) && (src[end] == '_' || src[end] >= 'a' && src[end] <= 'z' || src[end] >= 'A' && src[end] <= 'Z' || src[end] >= '0' && src[end] <= '9') {
				end++
			}
			kind := byte('w')
			if end < len(src) && src[end] == '(' && !awkKeywords[src[i:end]] {
				kind = 'f'
			}
			list = append(list, awkToken{kind, src[i:end]})
			i = end
		default:
			found := ""
			for _, op := range awkOperators {
				if strings.HasPrefix(src[i:], op) {
					found = op
					break
				}
			}
			if found == "" {
				return nil, fmt.Errorf("unexpected %q", c)
			}
			list = append(list, awkToken{'o', found})
			i += len(found)
		}
	}
	return append(list, awkToken{kind: 'e'}), nil
}

var awkKeywords = map[string]bool{"BEGIN": true, "END": true, "if": true, "else": true, "while": true, "for": true, "do": true, "in": true,
	"print": true, "printf": true, "next": true, "exit": true, "delete": true, "break": true, "continue": true, "return": true,
	"function": true, "func": true, "getline": true}
