package store

import "strings"

// table is one that classes are kept in.
type table struct {
	name    string
	columns []string
	// numbered tells that the database gives each row its number, the column id.
	numbered bool
	// refers is the column that names a row of another table, and that table.
	refers, to string
	// stands says what becomes of a row that is there already, and is the one that
	// others refer to.
	stands string
}

// tables are all of them; what a row refers to stands before it. Where somebody is
// just now, and the host key, is no matter of a class's.
var tables = []table{
	{name: "classes", columns: words("id name code created"), numbered: true,
		stands: " ON CONFLICT (name) DO UPDATE SET name = excluded.name"},
	{name: "learners", columns: words("id class name joined seen salt word"), numbered: true, refers: "class", to: "classes"},
	{name: "keys", columns: words("learner key"), refers: "learner", to: "learners"},
	{name: "progress", columns: words("learner file saved"), refers: "learner", to: "learners"},
	{name: "steps", columns: words("learner lesson step done outcome hints solution"), refers: "learner", to: "learners"},
	{name: "predictions", columns: words("learner lesson step said happened"), refers: "learner", to: "learners"},
	{name: "attempts", columns: words("learner lesson step kind first latest tries"), refers: "learner", to: "learners"},
	{name: "rooms", columns: words("class revision invited lesson step"), refers: "class", to: "classes",
		stands: ` ON CONFLICT (class) DO UPDATE SET invited = excluded.invited, lesson = excluded.lesson, step = excluded.step,
			revision = CASE WHEN excluded.revision > rooms.revision THEN excluded.revision ELSE rooms.revision END`},
	{name: "held", columns: words("class lesson"), refers: "class", to: "classes"},
	{name: "polls", columns: words("class number lesson step asked ended"), refers: "class", to: "classes"},
	{name: "seats", columns: words("learner revision hand since lesson step"), refers: "learner", to: "learners"},
	{name: "messages", columns: words("learner number words"), refers: "learner", to: "learners"},
	{name: "answers", columns: words("learner poll said"), refers: "learner", to: "learners"},
}

func words(line string) []string { return strings.Fields(line) }

// names are the tables' names, with commas.
func names() string {
	list := make([]string, len(tables))
	for i, t := range tables {
		list[i] = t.name
	}
	return strings.Join(list, ", ")
}
