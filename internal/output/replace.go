package output

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// temporary begins the name of every temporary file. It ends in no extension that a compiler
// or a bundler reads.
const temporary = ".eventgen-tmp-"

// Replace gives the file at path this content, which it need not exist for. Whoever watches it
// sees one change with the final content: the file is written beside it and renamed, and the old
// one is not touched before. After an error the old file is what it was.
func Replace(path string, content []byte) error {
	temp, err := stage(osDisk{}, path, content, modeOf(path), false)
	if err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		_ = os.Remove(temp)
		return err
	}
	return nil
}

// WriteNew writes a file that must not be there, and makes the directories above it that are missing.
func WriteNew(path string, content []byte) error {
	if err := MakeDir(filepath.Dir(path)); err != nil {
		return err
	}
	return osDisk{}.Write(path, content, 0o666, false)
}

// MakeDir makes a directory, and those above it that are missing.
func MakeDir(dir string) error { return os.MkdirAll(dir, 0o777) }

// modeOf is the mode of the file at path, or of a new one.
func modeOf(path string) fs.FileMode {
	if info, err := os.Stat(path); err == nil {
		return info.Mode().Perm()
	}
	return 0o666
}

// stage writes what is to replace the file at path into a new file beside it, and returns its
// name. After an error there is none.
func stage(d disk, path string, content []byte, mode fs.FileMode, sync bool) (temp string, err error) {
	temp = filepath.Join(filepath.Dir(path), fmt.Sprintf("%s%016x", temporary, rand.Uint64()))
	if err := d.Write(temp, content, mode, sync); err != nil {
		_ = d.Remove(temp)
		return "", err
	}
	return temp, nil
}

// disk is the part of package os that writing needs, so that tests can let it fail anywhere.
type disk interface {
	Mkdir(path string) error
	Write(path string, content []byte, mode fs.FileMode, sync bool) error
	Rename(from, to string) error
	Remove(path string) error
}

type osDisk struct{}

func (osDisk) Mkdir(path string) error      { return os.Mkdir(path, 0o777) }
func (osDisk) Rename(from, to string) error { return os.Rename(from, to) }
func (osDisk) Remove(path string) error     { return os.Remove(path) }

func (osDisk) Write(path string, content []byte, mode fs.FileMode, sync bool) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err = f.Write(content); err != nil {
		return err
	}
	if sync {
		return f.Sync()
	}
	return nil
}
