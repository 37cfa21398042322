package main

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/goreleaser/nfpm/v2"
	_ "github.com/goreleaser/nfpm/v2/deb"
	"github.com/goreleaser/nfpm/v2/files"
)

// deb writes a Debian package: the program, its unit, its settings (kept when it is upgraded), and its documents.
func deb(o options) error {
	at, err := committed(o.root)
	if err != nil {
		return err
	}
	from := func(name string) string { return filepath.Join(o.root, name) }
	file := func(source, target string, mode os.FileMode) *files.Content {
		return &files.Content{Source: source, Destination: target, FileInfo: &files.ContentFileInfo{Owner: "root",
			Group: "root", Mode: mode, MTime: at}}
	}
	settings := file(from("packaging/seatledger.env"), "/etc/seatledger/seatledger.env", 0o640)
	settings.Type = files.TypeConfigNoReplace
	folder := &files.Content{Destination: "/etc/seatledger", Type: files.TypeDir,
		FileInfo: &files.ContentFileInfo{Owner: "root", Group: "root", Mode: 0o750, MTime: at}}
	contents := files.Contents{folder, settings, file(o.program, "/usr/bin/seatledger", 0o755),
		file(from("packaging/seatledger.service"), "/usr/lib/systemd/system/seatledger.service", 0o644)}
	for _, name := range []string{"README.md", "CHANGELOG.md", "LICENSE", "docs/operations.md", "docs/alerts.yml"} {
		contents = append(contents, file(from(name), "/usr/share/doc/seatledger/"+filepath.Base(name), 0o644))
	}
	info := nfpm.WithDefaults(&nfpm.Info{Name: "seatledger", Arch: o.arch, Platform: "linux", Version: o.version,
		Section: "web", Priority: "optional", Maintainer: "Seatledger <maintainers@seatledger.example>",
		Description: "Seats and invoices of Microsoft CSP resellers\n" +
			"What the distributor holds and charges beside what customers pay.",
		License: "Apache-2.0", MTime: at,
		Overridables: nfpm.Overridables{Contents: contents, Depends: []string{"passwd", "ca-certificates"},
			Recommends: []string{"postgresql"},
			Scripts: nfpm.Scripts{PostInstall: from("packaging/deb/postinst"), PreRemove: from("packaging/deb/prerm"),
				PostRemove: from("packaging/deb/postrm")}}})
	if err := nfpm.PrepareForPackager(info, "deb"); err != nil {
		return err
	}
	packager, err := nfpm.Get("deb")
	if err != nil {
		return err
	}
	out, err := os.Create(filepath.Join(o.out, packager.ConventionalFileName(info)))
	if err != nil {
		return err
	}
	return errors.Join(packager.Package(info, out), out.Close())
}
