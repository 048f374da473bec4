package tools

import (
	"context"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"driftlab/clusters/embedded/node/program"
)

// mostDigits is how many digits of pi are computed at most: it takes a second or two.
const mostDigits = 100_000

var printsPi = regexp.MustCompile(`^\s*print\s+bpi\(\s*(\d+)\s*\)\s*;?\s*$`)

// perl knows one program: the one of https://kubernetes.io/docs/concepts/workloads/controllers/job/, which prints pi.
func perl(_ context.Context, p *program.Process) int {
	words := p.Args[1:]
	if len(words) == 3 && words[0] == "-Mbignum=bpi" && slices.Contains([]string{"-wle", "-le", "-we", "-e"}, words[1]) {
		if found := printsPi.FindStringSubmatch(words[2]); found != nil {
			if digits, err := strconv.Atoi(found[1]); err == nil && digits >= 1 && digits <= mostDigits {
				fmt.Fprint(p.Stdout, pi(digits))
				if strings.Contains(words[1], "l") {
					fmt.Fprintln(p.Stdout)
				}
				return 0
			}
		}
	}
	fmt.Fprintf(p.Stderr, "%s: of Perl, the embedded engine has nothing but -Mbignum=bpi -wle 'print bpi(DIGITS)'; use the engine kind for more\n", p.Args[0])
	return 1
}

// pi gives so many digits, the last one rounded, by Machin's formula: pi/4 = 4 arctan(1/5) - arctan(1/239).
func pi(digits int) string {
	const guard = 10
	one := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits-1+guard)), nil)
	sum := new(big.Int).Mul(big.NewInt(16), arctan(5, one))
	sum.Sub(sum, new(big.Int).Mul(big.NewInt(4), arctan(239, one)))
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(guard), nil)
	sum.Add(sum, new(big.Int).Rsh(unit, 1))
	text := sum.Div(sum, unit).String()
	if digits == 1 {
		return text
	}
	return text[:1] + "." + text[1:]
}

// arctan gives one·arctan(1/x).
func arctan(x int64, one *big.Int) *big.Int {
	square := big.NewInt(x * x)
	term := new(big.Int).Div(one, big.NewInt(x))
	sum, part := new(big.Int).Set(term), new(big.Int)
	for n := int64(3); term.Sign() != 0; n += 2 {
		term.Div(term, square)
		part.Div(term, big.NewInt(n))
		if n%4 == 3 {
			sum.Sub(sum, part)
		} else {
			sum.Add(sum, part)
		}
	}
	return sum
}
