// Command image makes a container image of tentpole without Docker: the one static
// program, as an OCI layout and as what `docker save` writes.
//
//	go run ./.ci/image -program bin/tentpole -arch amd64 -into bin/image
//
// The same program makes the same image, byte by byte: no time, user or name of
// the machine is in it.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	program := flag.String("program", "bin/tentpole", "the static `file` of the program")
	arch := flag.String("arch", "amd64", "the architecture that it is for")
	tag := flag.String("tag", "localhost/tentpole:latest", "the `name` of the image")
	into := flag.String("into", "bin/image", "the `directory` for the layout; beside it lies the archive, with .tar")
	flag.Parse()
	digest, err := write(*program, *arch, *tag, *into)
	if err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
	fmt.Printf("%s %s\n%s\n%s.tar\n", *tag, digest, *into, *into)
}
