// The packaging command makes what is given out: an OCI image from scratch, a Debian package, and a release with
// checksums and a tag. Its modules are no part of the product, which is why it is a module of its own.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "packaging:", err)
		os.Exit(1)
	}
}

const usage = `usage: packaging build   -root DIR -version V [-arch amd64] -out FILE   the program, static
       packaging image   -root DIR -version V -out FILE ARCH=PROGRAM...   an OCI archive from scratch
       packaging deb     -root DIR -version V -arch ARCH -program FILE -out FOLDER   a Debian package
       packaging release -root DIR -version V [-dry]   all of it for amd64 and arm64, checksums, tag`

type options struct {
	root, version, arch, out, program string
	dry                               bool
	rest                              []string
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New(usage)
	}
	var o options
	set := flag.NewFlagSet(args[0], flag.ContinueOnError)
	set.StringVar(&o.root, "root", ".", "")
	set.StringVar(&o.version, "version", "", "")
	set.StringVar(&o.arch, "arch", "amd64", "")
	set.StringVar(&o.out, "out", "", "")
	set.StringVar(&o.program, "program", "", "")
	set.BoolVar(&o.dry, "dry", false, "")
	if err := set.Parse(args[1:]); err != nil || o.version == "" {
		return errors.New(usage)
	}
	o.rest = set.Args()
	switch args[0] {
	case "build":
		return build(o)
	case "image":
		return image(o)
	case "deb":
		return deb(o)
	case "release":
		return release(o)
	}
	return errors.New(usage)
}
