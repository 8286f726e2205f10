package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func progressCommand() *cobra.Command {
	c := &cobra.Command{Use: "progress", Short: "Show what you have done", Args: arguments(cobra.NoArgs)}
	var asJSON bool
	show := &cobra.Command{
		Use:   "show",
		Short: "Show what you have done, lesson by lesson",
		Args:  arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			course, err := loadCourse()
			if err != nil {
				return err
			}
			_, done, err := openProgress()
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c, done)
			}
			for _, l := range course.Lessons {
				agreed, predicted := 0, 0
				for _, r := range done.Lessons[l.ID].Steps {
					if r.Prediction != nil && r.Prediction.Said != "" && r.Prediction.Happened != "" {
						predicted++
						if r.Prediction.Said == r.Prediction.Happened {
							agreed++
						}
					}
				}
				fmt.Fprintf(c.OutOrStdout(), "%-12s %d of %d steps done, %d of %d predictions as it happened\n",
					l.ID, done.DoneSteps(l), len(l.Steps), agreed, predicted)
			}
			return nil
		},
	}
	jsonFlag(show, &asJSON)
	c.AddCommand(show)
	return c
}
