// Command supply looks at what the program is made of: it reads a bill of materials that cyclonedx-gomod made, holds
// each component's licence to a list, and writes the page of components; and it asks for known weaknesses, saying
// plainly when nobody could be asked. It is a tool and no part of the program.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// allowed are licences under which a component may go out with a program under the Apache License 2.0.
var allowed = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MPL-2.0", "0BSD", "Unlicense"}

// looked are licences that a person has read where the detector names none or a wrong one.
var looked = map[string]string{
	"github.com/pressly/goose/v3": "MIT",
	"golang.org/x/":               "BSD-3-Clause", // called BSD-Source-Code
}

func main() {
	code, err := run(os.Args[1:], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "supply:", err)
	}
	os.Exit(code)
}

func run(args []string, out io.Writer) (int, error) {
	switch {
	case len(args) == 3 && args[0] == "components":
		return components(args[1], args[2], out)
	case len(args) == 1 && args[0] == "vulnerabilities":
		return vulnerabilities(out)
	}
	return 2, errors.New("usage: supply components BOM.json PAGE.md | supply vulnerabilities")
}

type bom struct {
	Components []component `json:"components"`
}

type component struct {
	Name, Version string
	Evidence      struct {
		Licenses []struct {
			License struct{ ID string }
		}
	}
}

func (c component) licence() string {
	for start, id := range looked {
		if strings.HasPrefix(c.Name, start) {
			return id
		}
	}
	if len(c.Evidence.Licenses) != 1 {
		return ""
	}
	return c.Evidence.Licenses[0].License.ID
}

const head = `# Components

What of others is in the program, by ` + "`task sbom`" + `: each module with the version and checksum that ` + "`go.mod`" + ` and ` + "`go.sum`" + ` pin, and its licence. A test holds the table to what the program is built from. Fonts, scripts and test data: [third-party.md](../third-party.md).

| Module | Version | Licence |
| --- | --- | --- |
`

// components writes the page, unless a licence is unknown or not on the list.
func components(from, to string, out io.Writer) (int, error) {
	b, err := os.ReadFile(from)
	if err != nil {
		return 1, err
	}
	var all bom
	if err := json.Unmarshal(b, &all); err != nil {
		return 1, err
	}
	var page strings.Builder
	page.WriteString(head)
	var bad []string
	for _, c := range all.Components {
		if !slices.Contains(allowed, c.licence()) {
			bad = append(bad, fmt.Sprintf("%s %s: %q", c.Name, c.Version, c.licence()))
		}
		fmt.Fprintf(&page, "| %s | %s | %s |\n", c.Name, c.Version, c.licence())
	}
	if len(bad) > 0 || len(all.Components) == 0 {
		return 1, fmt.Errorf("licences that are unknown or not allowed, of %d components: %s", len(all.Components),
			strings.Join(bad, "; "))
	}
	fmt.Fprintf(out, "%d components, each under a licence of the list.\n", len(all.Components))
	return 0, os.WriteFile(to, []byte(page.String()), 0o644)
}

// notChecked is the answer when nobody could be asked; it is neither good nor bad.
const notChecked = 3

func vulnerabilities(out io.Writer) (int, error) {
	var said bytes.Buffer
	cmd := exec.Command("go", "tool", "-modfile=internal/tools/supply/go.mod", "govulncheck", "./web")
	cmd.Dir = "../../.."
	cmd.Stdout, cmd.Stderr = io.MultiWriter(out, &said), io.MultiWriter(out, &said)
	err := cmd.Run()
	switch {
	case err == nil:
		return 0, keep("none known that the program reaches")
	case strings.Contains(said.String(), "fetching vulnerabilities"):
		fmt.Fprintln(out, "NOT CHECKED: the list of known weaknesses could not be reached. Nothing is known about them.")
		return notChecked, keep("NOT CHECKED: the list of known weaknesses could not be reached")
	}
	found := 0
	for line := range strings.Lines(said.String()) {
		if strings.HasPrefix(line, "Vulnerability #") {
			found++
		}
	}
	if found == 0 {
		return 1, errors.Join(err, keep("NOT CHECKED: the check itself failed"))
	}
	return 1, errors.Join(err, keep(fmt.Sprintf("FOUND: %d known weaknesses that the program reaches", found)))
}

const kept = "docs/security/vulnerabilities.md"

const keptHead = `# Known weaknesses

Each run of ` + "`task vulnerabilities`" + `, newest first: what it said of the components that ` + "`go.sum`" + ` pinned then (the first letters of its SHA-256). NOT CHECKED is no good news: somebody runs it again where the list can be reached. How long a fix takes: [response.md](response.md#how-long-a-fix-takes).

| Day | Components | What came of it |
| --- | --- | --- |
`

// keep writes a run down, with its day and what it was of.
func keep(outcome string) error {
	const root = "../../../"
	sums, err := os.ReadFile(root + "go.sum")
	if err != nil {
		return err
	}
	before, err := os.ReadFile(root + kept)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	rows := strings.TrimPrefix(string(before), keptHead)
	sum := fmt.Sprintf("%x", sha256.Sum256(sums))
	row := fmt.Sprintf("| %s | %s | %s |\n", time.Now().UTC().Format(time.DateOnly), sum[:12], outcome)
	return os.WriteFile(root+kept, []byte(keptHead+row+rows), 0o644)
}
