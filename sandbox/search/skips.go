package search

// Skips tells why file systems of a type are not walked, "" when they are.
func Skips(fstype string) string { return fileSystemOf(fstype).why }
