package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/apns-sim/apns-sim/tools/release/internal/modules"
)

// A document is an SPDX document, as far as we need one.
// https://spdx.github.io/spdx-spec/v2.3/document-creation-information/
type document struct {
	SPDXVersion       string         `json:"spdxVersion"`
	DataLicense       string         `json:"dataLicense"`
	SPDXID            string         `json:"SPDXID"`
	Name              string         `json:"name"`
	DocumentNamespace string         `json:"documentNamespace"`
	CreationInfo      creationInfo   `json:"creationInfo"`
	Packages          []spdxPackage  `json:"packages"`
	Relationships     []relationship `json:"relationships"`
}

type creationInfo struct {
	Created  string   `json:"created"`
	Creators []string `json:"creators"`
}

// A spdxPackage is an archive, a program or a module.
type spdxPackage struct {
	SPDXID           string        `json:"SPDXID"`
	Name             string        `json:"name"`
	VersionInfo      string        `json:"versionInfo"`
	DownloadLocation string        `json:"downloadLocation"`
	FilesAnalyzed    bool          `json:"filesAnalyzed"`
	LicenseConcluded string        `json:"licenseConcluded"`
	LicenseDeclared  string        `json:"licenseDeclared"`
	CopyrightText    string        `json:"copyrightText"`
	Checksums        []checksum    `json:"checksums,omitempty"`
	Comment          string        `json:"comment,omitempty"`
	ExternalRefs     []externalRef `json:"externalRefs,omitempty"`
}

type checksum struct {
	Algorithm string `json:"algorithm"`
	Value     string `json:"checksumValue"`
}

type externalRef struct {
	Category string `json:"referenceCategory"`
	Type     string `json:"referenceType"`
	Locator  string `json:"referenceLocator"`
}

type relationship struct {
	Element string `json:"spdxElementId"`
	Type    string `json:"relationshipType"`
	Related string `json:"relatedSpdxElement"`
}

const (
	noAssertion = "NOASSERTION"
	repository  = "https://github.com/apns-sim/apns-sim"
	documentID  = "SPDXRef-DOCUMENT"
	archiveID   = "SPDXRef-archive"
)

// describe writes the document of an archive with some programs.
func describe(archive, version, created string, programs []program) ([]byte, error) {
	content, err := os.ReadFile(archive)
	if err != nil {
		return nil, err
	}
	name := filepath.Base(archive)
	sum := sum(content)
	d := document{
		SPDXVersion: "SPDX-2.3", DataLicense: "CC0-1.0", SPDXID: documentID, Name: name,
		DocumentNamespace: repository + "/spdx/" + name + "-" + sum,
		CreationInfo:      creationInfo{created, []string{"Tool: apns-sim-sbom"}},
	}
	ours := spdxPackage{
		SPDXID: archiveID, Name: name, VersionInfo: version, DownloadLocation: repository + "/releases",
		LicenseConcluded: "Apache-2.0", LicenseDeclared: "Apache-2.0", CopyrightText: noAssertion, Checksums: []checksum{{"SHA256", sum}},
	}
	d.Packages = append(d.Packages, ours)
	d.relate(documentID, "DESCRIBES", archiveID)
	for _, p := range programs {
		if err := d.program(p, ours); err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
	}
	text, err := json.MarshalIndent(d, "", "  ")
	return append(text, '\n'), err
}

func (d *document) relate(element, how, related string) {
	d.Relationships = append(d.Relationships, relationship{element, how, related})
}

// program adds a program and the modules it was linked from.
func (d *document) program(p program, archive spdxPackage) error {
	linked, goVersion, err := modules.Of(bytes.NewReader(p.content))
	if err != nil {
		return err
	}
	id := "SPDXRef-program-" + identifier(p.name)
	one := archive
	one.SPDXID, one.Name, one.Checksums = id, p.name, []checksum{{"SHA256", sum(p.content)}}
	d.Packages = append(d.Packages, one)
	d.relate(archiveID, "CONTAINS", id)
	standard := modules.Module{Path: "stdlib", Version: strings.TrimPrefix(goVersion, "go")}
	for _, m := range append([]modules.Module{standard}, linked...) {
		d.relate(id, "DEPENDS_ON", d.module(m))
	}
	return nil
}

// module adds a module unless it is there, and returns its identifier.
func (d *document) module(m modules.Module) string {
	id := "SPDXRef-module-" + identifier(m.Path+"-"+m.Version)
	for i := range d.Packages {
		if d.Packages[i].SPDXID == id {
			return id
		}
	}
	one := spdxPackage{
		SPDXID: id, Name: m.Path, VersionInfo: m.Version, DownloadLocation: noAssertion,
		LicenseConcluded: noAssertion, LicenseDeclared: noAssertion, CopyrightText: noAssertion,
		// https://github.com/package-url/purl-spec
		ExternalRefs: []externalRef{{"PACKAGE-MANAGER", "purl", "pkg:golang/" + m.Path + "@" + m.Version}},
	}
	if m.Sum != "" {
		one.Comment = "go.sum: " + m.Sum
	}
	d.Packages = append(d.Packages, one)
	return id
}

// identifier writes a name with the letters that an identifier of SPDX may have.
func identifier(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '.' || r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return '-'
	}, name)
}

func sum(content []byte) string {
	s := sha256.Sum256(content)
	return hex.EncodeToString(s[:])
}
