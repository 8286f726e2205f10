package userland

import "fmt"

// Name is what the directory is called that Build returns: it says what is in
// the root, so an upgrade gets another one.
func Name() (string, error) {
	program, err := OpenProgram()
	if err != nil {
		return "", fmt.Errorf("read the program of the tiny root: %w", err)
	}
	defer program.Close()
	name, err := digest(program, Tree())
	if err != nil {
		return "", fmt.Errorf("read the program of the tiny root: %w", err)
	}
	return Prefix + name, nil
}
