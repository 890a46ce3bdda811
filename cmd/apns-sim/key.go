package main

import (
	"crypto/rand"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/apns-sim/apns-sim/internal/keystore"
)

// keyCommand groups the commands about authentication keys.
type keyCommand struct {
	Create keyCreate `cmd:"" help:"Create an authentication key."`
	List   keyList   `cmd:"" help:"List the authentication keys."`
}

type keyCreate struct {
	certsFlag
	Team string `default:"SIMTEAM001" placeholder:"TEAM" help:"Team ID."`
	ID   string `name:"id" placeholder:"KEYID" help:"Key ID, 10 uppercase letters and digits (default: random)."`
}

// Run makes a key and says where it is.
func (k *keyCreate) Run(c *console) error {
	if _, err := k.load(); err != nil {
		return err
	}
	if k.ID == "" {
		k.ID = rand.Text()[:appleIDLength]
	}
	for _, flag := range []struct{ name, id string }{{"--team", k.Team}, {"--id", k.ID}} {
		if !isAppleID(flag.id) {
			return badUsage("%s is %q; it must have %d uppercase letters and digits", flag.name, flag.id, appleIDLength)
		}
	}
	key, err := keystore.NewSigningKey(k.Team, k.ID)
	if err != nil {
		return err
	}
	folder := keystore.KeyFolder(k.Certs, k.Team)
	if err := mustBeNew(filepath.Join(folder, key.FileName()), "remove it or choose another --id"); err != nil {
		return err
	}
	path, err := key.Save(folder)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.stdout, "%s\tkey %s of team %s; apns-sim serve --certs %s accepts it after the next start\n", path, k.ID, k.Team, k.Certs)
	return err
}

// appleIDLength is how long team and key IDs are.
const appleIDLength = 10

func isAppleID(id string) bool {
	for i := range len(id) {
		if c := id[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return len(id) == appleIDLength
}

type keyList struct{ certsFlag }

// Run lists the keys.
func (k *keyList) Run(c *console) error {
	secrets, err := k.load()
	if err != nil {
		return err
	}
	var rows strings.Builder
	rows.WriteString("TEAM\tKEY\tFILE\n")
	for _, key := range secrets.Keys {
		fmt.Fprintf(&rows, "%s\t%s\t%s\n", key.TeamID, key.KeyID, filepath.Join(keystore.KeyFolder(k.Certs, key.TeamID), key.FileName()))
	}
	return printTable(c.stdout, rows.String())
}
