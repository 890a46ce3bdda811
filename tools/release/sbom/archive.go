package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path"
	"slices"
	"strings"
)

// programNames are the programs of a release.
var programNames = []string{"apns-sim", "device-sim"}

// A program is one of those in an archive.
type program struct {
	name    string
	content []byte
}

// read returns the programs in an archive. An archive without one is an error.
func read(archive string) (programs []program, err error) {
	if strings.HasSuffix(archive, ".zip") {
		programs, err = readZip(archive)
	} else {
		programs, err = readTar(archive)
	}
	if err == nil && len(programs) == 0 {
		err = errors.New("it contains neither apns-sim nor device-sim")
	}
	return programs, err
}

// isProgram reports whether a path in an archive is one of the programs.
func isProgram(name string) bool {
	return slices.Contains(programNames, strings.TrimSuffix(path.Base(name), ".exe"))
}

func readTar(archive string) (programs []program, err error) {
	file, err := os.Open(archive)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	for reader := tar.NewReader(unpacked); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return programs, nil
		}
		if err != nil {
			return nil, err
		}
		if header.Typeflag != tar.TypeReg || !isProgram(header.Name) {
			continue
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			return nil, err
		}
		programs = append(programs, program{path.Base(header.Name), content})
	}
}

func readZip(archive string) (programs []program, err error) {
	reader, err := zip.OpenReader(archive)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	for _, file := range reader.File {
		if !isProgram(file.Name) {
			continue
		}
		content, err := readZipped(file)
		if err != nil {
			return nil, err
		}
		programs = append(programs, program{path.Base(file.Name), content})
	}
	return programs, nil
}

func readZipped(file *zip.File) ([]byte, error) {
	content, err := file.Open()
	if err != nil {
		return nil, err
	}
	defer content.Close()
	var all bytes.Buffer
	_, err = all.ReadFrom(content)
	return all.Bytes(), err
}
