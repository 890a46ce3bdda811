package sqlite

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
)

// The migrations are files with numbers: each brings a schema to that number. A file that
// was released is never changed; a change of the schema is a further file.
//
//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrations are the texts of the migrations, in order.
var migrations = readMigrations()

func readMigrations() (texts []string) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		panic(err) // the pattern is wrong
	}
	slices.Sort(names)
	for i, name := range names {
		if want := fmt.Sprintf("%04d_", i+1); path.Base(name)[:len(want)] != want {
			panic("migration " + name + " should begin with " + want)
		}
		text, err := migrationFiles.ReadFile(name)
		if err != nil {
			panic(err) // it was listed
		}
		texts = append(texts, string(text))
	}
	return texts
}

// migrate brings the schema up to date, each migration in a transaction.
func (f *file) migrate() error {
	version, err := f.number("PRAGMA user_version")
	if err != nil {
		return err
	}
	for ; version < len(migrations); version++ {
		text := fmt.Sprintf("BEGIN IMMEDIATE; PRAGMA application_id = %d; %s; PRAGMA user_version = %d; COMMIT;", applicationID, migrations[version], version+1)
		if err := f.script(text); err != nil {
			return fmt.Errorf("migrate to schema %d: %w", version+1, err)
		}
	}
	return nil
}
