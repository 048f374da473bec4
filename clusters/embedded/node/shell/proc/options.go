package proc

import (
	"fmt"
	"strings"
)

// Options are the flags of a command line.
type Options struct {
	values map[string][]string
	Args   []string // what is left
}

// Has reports whether a flag was given, by the name that the spec gives it first.
func (o Options) Has(name string) bool { return len(o.values[name]) > 0 }

// Value is the last value of a flag; "" without one.
func (o Options) Value(name string) string {
	list := o.values[name]
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1]
}

// All are the values of a flag that may be repeated.
func (o Options) All(name string) []string { return o.values[name] }

// Parse reads options by a spec as in "a b: n:lines: color?": names are separated by spaces, "x:" takes a value, "x=long"
// gives x a long name. Flags may be grouped and stand after other arguments, unless the spec begins with "+": then the first
// other argument ends them. "--" ends them always.
func Parse(args []string, spec string) (Options, error) {
	o := Options{values: map[string][]string{}}
	first := strings.HasPrefix(spec, "+")
	canonical, takes := map[string]string{}, map[string]bool{}
	for _, field := range strings.Fields(strings.TrimPrefix(spec, "+")) {
		field, value := strings.CutSuffix(field, ":")
		names := strings.Split(field, "=")
		for _, name := range names {
			canonical[name], takes[name] = names[0], value
		}
	}
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			o.Args = append(o.Args, args[i+1:]...)
			return o, nil
		case strings.HasPrefix(arg, "--"):
			name, value, attached := strings.Cut(arg[2:], "=")
			short, known := canonical[name]
			if !known || len(name) < 2 {
				return o, fmt.Errorf("unrecognized option '--%s'", name)
			}
			if takes[name] && !attached {
				if i++; i >= len(args) {
					return o, fmt.Errorf("option '--%s' requires an argument", name)
				}
				value = args[i]
			}
			o.values[short] = append(o.values[short], value)
		case len(arg) > 1 && arg[0] == '-':
			for j := 1; j < len(arg); j++ {
				name := arg[j : j+1]
				short, known := canonical[name]
				if !known {
					return o, fmt.Errorf("unrecognized option: %s", name)
				}
				value := ""
				if takes[name] {
					value = arg[j+1:]
					if value == "" {
						if i++; i >= len(args) {
							return o, fmt.Errorf("option requires an argument: %s", name)
						}
						value = args[i]
					}
					j = len(arg)
				}
				o.values[short] = append(o.values[short], value)
			}
		default:
			o.Args = append(o.Args, arg)
			if first {
				o.Args = append(o.Args, args[i+1:]...)
				return o, nil
			}
		}
	}
	return o, nil
}
