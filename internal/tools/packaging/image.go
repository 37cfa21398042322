package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

const (
	nobody = 65532
	state  = "var/lib/seatledger"
)

// image writes an OCI archive with one image an architecture: the program, the authorities it believes, a user, and the
// folders it writes into. There is no shell and nothing else.
func image(o options) error {
	at, err := committed(o.root)
	if err != nil {
		return err
	}
	index := v1.ImageIndex(empty.Index)
	index = mutate.IndexMediaType(index, types.OCIImageIndex)
	for _, pair := range o.rest {
		arch, program, ok := strings.Cut(pair, "=")
		if !ok {
			return errors.New(usage)
		}
		img, err := of(o, program, arch, at)
		if err != nil {
			return err
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{
			Platform:    &v1.Platform{OS: "linux", Architecture: arch},
			Annotations: map[string]string{"org.opencontainers.image.ref.name": o.version}}})
	}
	folder, err := os.MkdirTemp("", "seatledger-image-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if _, err := layout.Write(folder, index); err != nil {
		return err
	}
	return pack(folder, o.out, at)
}

func of(o options, program, arch string, at time.Time) (v1.Image, error) {
	files, err := content(program, at)
	if err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(files)), nil
	}, tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, err
	}
	img := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	if img, err = mutate.Append(img, mutate.Addendum{Layer: layer,
		History: v1.History{Created: v1.Time{Time: at}, CreatedBy: "seatledger " + o.version}}); err != nil {
		return nil, err
	}
	cfg, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	cfg = cfg.DeepCopy()
	cfg.OS, cfg.Architecture, cfg.Created = "linux", arch, v1.Time{Time: at}
	cfg.Config = v1.Config{User: fmt.Sprintf("%d:%d", nobody, nobody), Entrypoint: []string{"/usr/bin/seatledger"},
		Cmd: []string{"serve"}, Env: []string{"SEATLEDGER_DATA_DIR=/" + state, "SEATLEDGER_ADDR=0.0.0.0:8080"},
		ExposedPorts: map[string]struct{}{"8080/tcp": {}}, Volumes: map[string]struct{}{"/" + state: {}},
		StopSignal: "SIGTERM", Labels: map[string]string{"org.opencontainers.image.title": "Seatledger",
			"org.opencontainers.image.version": o.version, "org.opencontainers.image.licenses": "Apache-2.0"}}
	return mutate.ConfigFile(img, cfg)
}

// content is the file system of an image.
func content(program string, at time.Time) ([]byte, error) {
	binary, err := os.ReadFile(program)
	if err != nil {
		return nil, err
	}
	const authorities = "/etc/ssl/certs/ca-certificates.crt"
	roots, err := os.ReadFile(authorities)
	if err != nil {
		return nil, fmt.Errorf("the authorities that the program is to believe: %w; install ca-certificates", err)
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	add := func(name string, mode int64, owner int, body []byte) {
		h := &tar.Header{Name: name, Mode: mode, Uid: owner, Gid: owner, ModTime: at, Size: int64(len(body)),
			Typeflag: tar.TypeReg, Format: tar.FormatPAX}
		if strings.HasSuffix(name, "/") {
			h.Typeflag = tar.TypeDir
		}
		err = errors.Join(err, w.WriteHeader(h))
		_, wrote := w.Write(body)
		err = errors.Join(err, wrote)
	}
	for _, dir := range []string{"etc/", "etc/ssl/", "etc/ssl/certs/", "usr/", "usr/bin/", "var/", "var/lib/", "proc/",
		"dev/", "run/", "run/secrets/"} {
		add(dir, 0o755, 0, nil)
	}
	add("tmp/", 0o1777, 0, nil)
	add(state+"/", 0o700, nobody, nil)
	add("etc/passwd", 0o644, 0, fmt.Appendf(nil, "seatledger:x:%d:%d::/%s:/nonexistent\n", nobody, nobody, state))
	add("etc/group", 0o644, 0, fmt.Appendf(nil, "seatledger:x:%d:\n", nobody))
	add(strings.TrimPrefix(authorities, "/"), 0o644, 0, roots)
	add("usr/bin/seatledger", 0o755, 0, binary)
	err = errors.Join(err, w.Close()) // before the bytes are taken: it writes the end
	return b.Bytes(), err
}

// pack makes one file of an OCI layout.
func pack(folder, out string, at time.Time) error {
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	w := tar.NewWriter(f)
	err = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == folder {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return w.WriteHeader(&tar.Header{Name: name + "/", Typeflag: tar.TypeDir, Mode: 0o755, ModTime: at})
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, ModTime: at,
			Size: int64(len(body))}); err != nil {
			return err
		}
		_, err = w.Write(body)
		return err
	})
	return errors.Join(err, w.Close(), f.Close())
}
