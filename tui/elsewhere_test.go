package tui

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/tui/tuitest"
)

// What a course from somewhere else may be written in: words as long as they get,
// and letters two cells wide, in everything that a lesson has.
const (
	german = `---
format: 1
id: hallo
title: Einhängungspunkte und Namensräume
part: 0
order: 1
summary: Eine Lektion in einer anderen Sprache.
language: de
---

## Was ist ein Einhängungspunkt?

<!-- step {id: read, kind: read} -->

Grüße aus dem Zelt. Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz und Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft.

## Ein eigener

<!-- step
id: look
kind: run
add: [mount]
experiment: file
with: {path: /tmp/mydummytestfile.txt}
observe: [ns.mount]
-->

<!-- predict
ask: Wo findet der Wirtsrechner die Datei, die das Programm im Zelt angelegt hat?
options:
  - {id: same, text: am selben Ort, when: outcome == "open", say: "Die Tabelle ist kopiert, nicht das Buch."}
  - {id: nowhere, text: nirgends, when: outcome == "contained"}
-->

<!-- after -->

Ein Namensraum kopiert das Inhaltsverzeichnis.

## Mach es selbst

<!-- step {id: make, kind: task} -->

<!-- task
parts:
  - say: unter /tmp liegt ein eigenes, flüchtiges Dateisystem
    when: inside.mount("/tmp").type == "tmpfs"
-->

<details><summary>Hint 1</summary>

Ein tmpfs.

</details>

## In der Reihe

<!-- step {id: order, kind: order} -->

<!-- order
ask: Was kommt zuerst?
lines:
  - {id: one, text: zuerst der Namensraum}
  - {id: two, text: dann das Dateisystem}
-->
`
	japanese = `---
format: 1
id: konnichiwa
title: 名前空間とマウントの一覧表について
part: 0
order: 1
summary: 別の言語のレッスン。
language: ja
---

## マウントとは何でしょうか

<!-- step {id: read, kind: read} -->

テントからこんにちは。一つの文がとても長くて空白が一つもないときでも、行は必ず画面の幅に収まらなければなりません。それはどの大きさの画面でも同じです。

## 自分だけの一覧表

<!-- step
id: look
kind: run
add: [mount]
experiment: file
with: {path: /tmp/mydummytestfile.txt}
observe: [ns.mount]
-->

<!-- predict
ask: ホストは、テントの中で作られたファイルをどこで見つけるでしょうか。一番よいと思う答えを選んでください。
options:
  - {id: same, text: 同じ場所で見つける, when: outcome == "open", say: 写されたのは目次だけで、本そのものではありません。}
  - {id: nowhere, text: どこにも見つからない, when: outcome == "contained"}
-->

<!-- after -->

名前空間は目次を写すだけです。

## やってみましょう

<!-- step {id: make, kind: task} -->

<!-- task
parts:
  - say: 中の /tmp に自分だけの一時ファイルシステムがある
    when: inside.mount("/tmp").type == "tmpfs"
-->

<details><summary>Hint 1</summary>

tmpfs を使います。

</details>

## 順番

<!-- step {id: order, kind: order} -->

<!-- order
ask: 最初に来るのはどれですか。
lines:
  - {id: one, text: 最初に名前空間}
  - {id: two, text: 次にファイルシステム}
-->
`
)

// TestLessonsFromElsewhere plays a German and a Japanese lesson from a folder of
// somebody's own: each step does what it does in plain mode, and every line fits.
func TestLessonsFromElsewhere(t *testing.T) {
	for _, lesson := range []struct{ id, text, greets, option, part, said, works string }{
		{"hallo", german, "Grüße aus dem Zelt.", "am selben Ort", "[x] unter /tmp", "das Buch.", "dann das Dateisystem"},
		{"konnichiwa", japanese, "テントからこんにちは。", "同じ場所で見つける", "[x] 中の /tmp", "本そのものではありません。", "次にファイルシステム"},
	} {
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s %dx%d", lesson.id, size.width, size.height), func(t *testing.T) {
				dir := t.TempDir()
				if err := os.WriteFile(filepath.Join(dir, lesson.id+".md"), []byte(lesson.text), 0o644); err != nil {
					t.Fatal(err)
				}
				course, err := lessons.LoadAll(os.DirFS(dir), lessons.Known{})
				if err != nil {
					t.Fatal(err)
				}
				o := options(t, &fakeEngine{})
				o.Course, o.Start = course, lesson.id
				d, m := begin(t, o, size.width, size.height)
				sees := func(texts ...string) {
					t.Helper()
					fits(t, d, size.width, size.height)
					want(t, d, texts...)
				}
				sees(lesson.greets)
				d.Press("enter")
				d.Wait()
				sees(lesson.option)
				d.Press("1", "enter")
				d.Wait()
				sees(lesson.said)
				d.Press("n")
				d.Wait()
				d.Press("H", "enter")
				d.Wait()
				d.Until("tent#")
				d.Type("mount -t tmpfs tmpfs /tmp")
				d.Press("enter")
				d.Until("tent# mount")
				d.UntilScreen("has the part done", func(string) bool { return m.lesson.session.Walk.State().Done })
				d.Press("f2")
				sees(lesson.part)
				d.Press("n")
				d.Wait()
				sees("› ")
				if m.arrangement()[0] != "one" {
					d.Press("1", "]")
				}
				d.Press("enter")
				d.Wait()
				sees(lesson.works)
				if !m.lesson.session.Walk.Complete() {
					t.Error("not all is done")
				}
				everySize(t, d)
			})
		}
	}
}

// everySize has the screen fit at sizes where letters of two cells do not.
func everySize(t *testing.T, d *tuitest.Driver) {
	t.Helper()
	for width := 39; width < 130; width++ {
		d.Resize(width, 12+width%30)
		d.Drain()
		fits(t, d, width, 12+width%30)
	}
}
