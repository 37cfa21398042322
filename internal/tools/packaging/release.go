package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var numbered = regexp.MustCompile(`^\d+\.\d+\.\d+$`)

// release makes everything that is given out of one commit, and marks the commit. What would be wrong afterwards is
// refused before.
func release(o options) error {
	if !numbered.MatchString(o.version) {
		return fmt.Errorf("%s is no version: give it as 1.2.3", o.version)
	}
	if err := mayBe(o); err != nil {
		return err
	}
	out := filepath.Join(o.root, ".build", "release", o.version)
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	var images []string
	for _, arch := range []string{"amd64", "arm64"} {
		b := o
		b.arch, b.out = arch, filepath.Join(out, "seatledger-linux-"+arch)
		if err := build(b); err != nil {
			return err
		}
		d := b
		d.program, d.out = b.out, out
		if err := deb(d); err != nil {
			return err
		}
		images = append(images, arch+"="+b.out)
	}
	i := o
	i.out, i.rest = filepath.Join(out, "seatledger-"+o.version+".oci.tar"), images
	if err := image(i); err != nil {
		return err
	}
	bom := filepath.Join(out, "seatledger-"+o.version+".cdx.json")
	if err := command(o.root, nil, "go", "tool", "-modfile=internal/tools/supply/go.mod", "cyclonedx-gomod", "bin", "-json",
		"-licenses", "-version", o.version, "-output", bom, filepath.Join(out, "seatledger-linux-amd64")); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(out, "CHANGES.md"), []byte(section(changelog(o), o.version)), 0o644); err != nil {
		return err
	}
	if err := checksums(out); err != nil {
		return err
	}
	if o.dry {
		fmt.Println("Made in", out, "and not marked.")
		return nil
	}
	if err := command(o.root, nil, "git", "tag", "-a", "v"+o.version, "-m", "Seatledger "+o.version); err != nil {
		return err
	}
	fmt.Printf("Made in %s and marked v%s. Give out the folder, then: git push origin v%s\n", out, o.version, o.version)
	return nil
}

// mayBe refuses a release of what is not committed, twice, or without a word about it.
func mayBe(o options) error {
	left, err := said(o.root, "git", "status", "--porcelain", "--untracked-files=no")
	if err != nil {
		return err
	}
	if left != "" && !o.dry {
		return errors.New("something is not committed:\n" + left)
	}
	if tag, _ := said(o.root, "git", "tag", "--list", "v"+o.version); tag != "" {
		return fmt.Errorf("v%s is there already", o.version)
	}
	if section(changelog(o), o.version) == "" {
		return fmt.Errorf("CHANGELOG.md has no section \"## %s\": say what people will notice", o.version)
	}
	return nil
}

func changelog(o options) string {
	b, err := os.ReadFile(filepath.Join(o.root, "CHANGELOG.md"))
	if err != nil {
		return ""
	}
	return string(b)
}

// section is what a changelog says of a version.
func section(text, version string) string {
	_, rest, ok := strings.Cut("\n"+text, "\n## "+version)
	if !ok {
		return ""
	}
	rest, _, _ = strings.Cut(rest, "\n## ")
	return strings.TrimSpace("## " + version + rest)
}

func checksums(folder string) error {
	found, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	var lines strings.Builder
	for _, f := range found {
		b, err := os.ReadFile(filepath.Join(folder, f.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&lines, "%x  %s\n", sha256.Sum256(b), f.Name())
	}
	return os.WriteFile(filepath.Join(folder, "SHA256SUMS"), []byte(lines.String()), 0o644)
}
