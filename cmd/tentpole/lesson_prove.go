package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox"
)

// proven is a lesson as `lesson test --json` prints it.
type proven struct {
	Lesson       string         `json:"lesson"`
	Variant      string         `json:"variant"`
	Milliseconds int64          `json:"milliseconds"`
	Findings     []play.Finding `json:"findings"`
}

func lessonTestCommand() *cobra.Command {
	var asJSON, trust bool
	var step string
	c := &cobra.Command{
		Use:   "test [LESSON|FILE|FOLDER|TAR...]",
		Short: "Play lessons on this machine and check what they say: the course without arguments",
		Long: "Play lessons on this machine by themselves and check what they say. Each experiment must have the outcome that the text states, and one of the predictions must happen; " +
			"the check of a task must fail before and hold after its solution; nothing may be left on the host.\n\n" +
			"Blocks of a solution that are marked ```sh host are run by your own shell: read a lesson that you do not know before you test it. " +
			"What this machine cannot do is listed as not tested; with TENTPOLE_MUST=1 that fails too.",
		Args: func(*cobra.Command, []string) error { return nil },
		RunE: func(c *cobra.Command, words []string) error {
			list, err := lessonsToTest(c, words, trust)
			if err != nil {
				return err
			}
			if step != "" && (len(list) != 1 || list[0].Step(step) == nil) {
				return &sandbox.UsageError{What: "step", Word: step, Why: "name one lesson, and one of its steps"}
			}
			results, err := proveAll(c.Context(), list, step)
			if asJSON {
				err = errors.Join(err, printJSON(c, struct {
					Schema  string   `json:"schema"`
					Lessons []proven `json:"lessons"`
				}{"tentpole/lesson-test/v1", results}))
			} else {
				for _, r := range results {
					printProven(c, r)
				}
			}
			if err == nil && failed(results) {
				err = &exitError{exitFailed, nil}
			}
			return err
		},
	}
	jsonFlag(c, &asJSON)
	c.Flags().StringVar(&step, "step", "", "only the step with this id, and those before it that it builds on")
	c.Flags().BoolVar(&trust, "trust", false, "test lessons from elsewhere without asking")
	return c
}

func lessonsToTest(c *cobra.Command, words []string, trust bool) ([]*lessons.Lesson, error) {
	if len(words) == 0 {
		course, err := loadCourse()
		if err != nil {
			return nil, err
		}
		return course.Lessons, nil
	}
	var list []*lessons.Lesson
	for _, word := range words {
		course, l, err := toLearn(c, []string{word}, trust)
		switch {
		case err != nil:
			return nil, err
		case l != nil:
			list = append(list, l)
		default:
			list = append(list, course.Lessons...)
		}
	}
	return list, nil
}

// proveAll plays one lesson after the other. A context that ends keeps what was
// found so far.
func proveAll(ctx context.Context, list []*lessons.Lesson, step string) (out []proven, err error) {
	for _, l := range list {
		told := func(string) {}
		if term.IsTerminal(int(os.Stderr.Fd())) {
			told = func(step string) { fmt.Fprintf(os.Stderr, "\r\x1b[K%s: %s", l.ID, step) }
		}
		begin := time.Now()
		found, err := prove(ctx, l, step, told)
		if term.IsTerminal(int(os.Stderr.Fd())) {
			fmt.Fprint(os.Stderr, "\r\x1b[K")
		}
		out = append(out, proven{l.ID, string(play.VariantHere()), time.Since(begin).Milliseconds(), append([]play.Finding{}, found...)})
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// prove plays a lesson, or one step of it.
func prove(ctx context.Context, l *lessons.Lesson, step string, told func(string)) ([]play.Finding, error) {
	if step != "" {
		return play.ProveStep(ctx, l, play.NewEngine(), play.VariantHere(), step)
	}
	return play.Prove(ctx, l, play.NewEngine(), play.VariantHere(), told)
}

func printProven(c *cobra.Command, r proven) {
	w := c.OutOrStdout()
	word := "ok"
	for _, f := range r.Findings {
		fmt.Fprintln(w, cleanLines(f.String()))
		switch {
		case !f.Untested:
			word = "failed"
		case word == "ok":
			word = "ok, in part"
		}
	}
	fmt.Fprintf(w, "%-16s %s, as %s, %.1f s\n", r.Lesson, word, r.Variant, float64(r.Milliseconds)/1000)
}

// failed tells whether something is wrong, or could not be tried where it must.
// An ordinary user need not have what a step says that it requires; root must,
// but for other subjects, which nobody need have.
func failed(results []proven) bool {
	must := os.Getenv("TENTPOLE_MUST") == "1"
	for _, r := range results {
		for _, f := range r.Findings {
			excused := f.Subject != "" || f.Lacks && r.Variant == string(lessons.User)
			if !f.Untested || must && !excused {
				return true
			}
		}
	}
	return false
}
