// Command words checks that the course says things in its own words: no five
// words in a row, within a sentence, stand in one of the articles that the
// course answers. Titles of the articles may be named.
//
//	go run ./.ci/words [FOLDER]          check the files of a folder, content when none is given
//	go run ./.ci/words -learn FILE…      print the prints of those files
//
// The articles are not ours to keep here. What is kept, in prints.txt, is a
// number for each five words of theirs, from which no sentence can be had back.
package main

import (
	"bytes"
	_ "embed"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

//go:embed prints.txt
var prints string

// titled finds the titles of the articles in the file of claims: they are named,
// and no sentence.
var titled = regexp.MustCompile(`(?m)^  - title: (.+)$`)

func main() {
	learn := flag.Bool("learn", false, "print the prints of these files")
	flag.Parse()
	run := check
	if *learn {
		run = printsOf
	}
	if err := run(flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "words:", err)
		os.Exit(1)
	}
}

// printsOf writes the prints of articles, sorted, one a line.
func printsOf(files []string) error {
	known := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		for _, run := range runs(text) {
			known[run.print()] = true
		}
	}
	var all []string
	for p := range known {
		all = append(all, p)
	}
	slices.Sort(all)
	fmt.Println(strings.Join(all, "\n"))
	return nil
}

// check reads every text below a folder.
func check(folders []string) error {
	if len(folders) == 0 {
		folders = []string{"content"}
	}
	known := map[string]bool{}
	for p := range strings.FieldsSeq(prints) {
		known[p] = true
	}
	if len(known) == 0 {
		return fmt.Errorf("prints.txt is empty")
	}
	claims, err := os.ReadFile("content/claims.yaml")
	if err != nil {
		return err
	}
	titles := titled.FindAllSubmatch(claims, -1)
	if len(titles) == 0 {
		return fmt.Errorf("content/claims.yaml names no article")
	}
	found := 0
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !slices.Contains([]string{".md", ".yaml"}, filepath.Ext(path)) {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, title := range titles {
				text = bytes.ReplaceAll(text, title[1], []byte("."))
			}
			for _, run := range runs(text) {
				if known[run.print()] {
					fmt.Printf("%s:%d: words of an article: %s\n", path, run.line, strings.Join(run.words, " "))
					found++
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if found > 0 {
		return fmt.Errorf("say it in your own words: %d places", found)
	}
	return nil
}
