// Check a published log with golang.org/x/mod/sumdb, an implementation that shares no code with ours.
//
// Usage: sumdb FOLDER KEY [PROOF|CHECKPOINT]...
//
// It verifies the signed note FOLDER/checkpoint, reads the tree from the tiles in FOLDER, and proves each leaf. A
// further file is an earlier checkpoint, which the log must extend, or a .tlog-proof, which must fit the checkpoint in it.
package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const proofLine = "c2sp.org/tlog-proof@v1"

// tiles reads tiles from a folder, in the layout of C2SP tlog-tiles: without the height in the path.
type tiles struct{ folder string }

func (t tiles) Height() int { return 8 }

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		content, err := os.ReadFile(filepath.Join(t.folder, path))
		if err != nil {
			return nil, err
		}
		found = append(found, content)
	}
	return found, nil
}

// checkpoint returns the tree in a signed note.
func checkpoint(signed []byte, verifier note.Verifier) (tree tlog.Tree, err error) {
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		return tree, errors.New("not a checkpoint of this log")
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

func hashes(lines []string) (found []tlog.Hash, err error) {
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		found = append(found, hash)
	}
	return found, nil
}

// leaf returns the hash of the leaf with a number.
func leaf(reader tlog.HashReader, number int64) (tlog.Hash, error) {
	found, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, number)})
	if err != nil {
		return tlog.Hash{}, err
	}
	return found[0], nil
}

// leaves proves each leaf of the tree.
func leaves(tree tlog.Tree, reader tlog.HashReader) error {
	for number := int64(0); number < tree.N; number++ {
		hash, err := leaf(reader, number)
		if err != nil {
			return err
		}
		proof, err := tlog.ProveRecord(tree.N, number, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, number, hash); err != nil {
			return fmt.Errorf("leaf %d: %w", number, err)
		}
	}
	return nil
}

// proof checks a .tlog-proof file against the checkpoint in it.
func proof(file []byte, verifier note.Verifier, reader tlog.HashReader) error {
	head, signed, _ := bytes.Cut(file, []byte("\n\n"))
	tree, err := checkpoint(signed, verifier)
	if err != nil {
		return err
	}
	lines := strings.Split(string(head), "\n")
	number, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	path, err := hashes(lines[2:])
	if err != nil {
		return err
	}
	hash, err := leaf(reader, number)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(path, tree.N, tree.Hash, number, hash)
}

// extends proves that the tree extends the one in an earlier checkpoint.
func extends(file []byte, verifier note.Verifier, tree tlog.Tree, reader tlog.HashReader) error {
	old, err := checkpoint(file, verifier)
	if err != nil || old.N == 0 {
		return err
	}
	path, err := tlog.ProveTree(tree.N, old.N, reader)
	if err != nil {
		return err
	}
	return tlog.CheckTree(path, tree.N, tree.Hash, old.N, old.Hash)
}

func run(folder, key string, files []string) error {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return err
	}
	signed, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return err
	}
	tree, err := checkpoint(signed, verifier)
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tree, tiles{folder})
	if err := leaves(tree, reader); err != nil {
		return err
	}
	for _, name := range files {
		file, err := os.ReadFile(name)
		if err == nil && bytes.HasPrefix(file, []byte(proofLine)) {
			err = proof(file, verifier, reader)
		} else if err == nil {
			err = extends(file, verifier, tree, reader)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	fmt.Printf("verified %d leaves and %d files; root %s\n", tree.N, len(files), base64.StdEncoding.EncodeToString(tree.Hash[:]))
	return nil
}

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
