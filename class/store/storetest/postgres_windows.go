// Package storetest starts a PostgreSQL for the tests of a package.
package storetest

import "testing"

// Main runs the tests.
func Main(m interface{ Run() int }) int { return m.Run() }

// Postgres skips the test.
func Postgres(t testing.TB) string {
	t.Skip("PostgreSQL is started on a Unix socket")
	return ""
}

// Data is not there.
func Data(testing.TB, string) string { return "" }
