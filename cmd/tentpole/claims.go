package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/content"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/claims"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/matrix"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/report"
)

// listedClaim is a claim as `claims --json` prints it.
type listedClaim struct {
	ID          string   `json:"id"`
	Article     string   `json:"article"`
	Claim       string   `json:"claim"`
	Experiments []string `json:"experiments"`
	Needs       []string `json:"needs,omitempty"`
	Ask         string   `json:"ask,omitempty"`
}

func claimsCommand() *cobra.Command {
	var ids []string
	var asJSON bool
	c := &cobra.Command{
		Use:   "claims",
		Short: "List what has been published about containers, and put it on trial",
		Args:  arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			set, err := loadClaims(ids)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c, struct {
					Schema string        `json:"schema"`
					Claims []listedClaim `json:"claims"`
				}{"tentpole/claims-list/v1", listClaims(set)})
			}
			printClaims(c.OutOrStdout(), set, columns())
			return nil
		},
	}
	c.Flags().StringSliceVar(&ids, "claim", nil, "these claims only: I5,F5")
	jsonFlag(c, &asJSON)
	c.AddCommand(claimsRunCommand())
	return c
}

// loadClaims reads those claims of the course, or all.
func loadClaims(ids []string) (claims.Set, error) {
	set, err := claims.Parse("claims.yaml", content.Claims())
	if err != nil {
		return set, err
	}
	return set.Only(ids...)
}

func listClaims(set claims.Set) []listedClaim {
	rows := []listedClaim{}
	for _, c := range set.Claims {
		rows = append(rows, listedClaim{c.ID, c.Article, c.Claim, c.Experiments(), c.Needs, c.Ask})
	}
	return rows
}

func printClaims(w io.Writer, set claims.Set, width int) {
	article := ""
	for _, c := range set.Claims {
		if c.Article != article {
			if article != "" {
				fmt.Fprintln(w)
			}
			article = c.Article
			fmt.Fprintln(w, article)
		}
		fmt.Fprint(w, report.Wrap(c.Claim, fmt.Sprintf("  %-4s ", c.ID), "       ", width))
	}
}

func claimsRunCommand() *cobra.Command {
	var ids []string
	var withMatrix bool
	var out outputFlags
	c := &cobra.Command{
		Use:     "run",
		Short:   "Run the experiments of the claims, and say what holds here",
		Example: "  tentpole claims run --claim F5,I5\n  tentpole claims run --html report.html --matrix",
		Args:    arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			set, err := loadClaims(ids)
			if err != nil {
				return err
			}
			doc := newDocument()
			r, err := tryClaims(c.Context(), set)
			if err != nil {
				return err
			}
			doc.Claims = &r
			if withMatrix {
				m, err := runMatrix(c.Context(), matrix.Options{})
				if err != nil {
					return err
				}
				doc.Matrix = &m
			}
			return errors.Join(printFindings(c, out, r), out.file(doc), brokenClaims(r))
		},
	}
	c.Flags().StringSliceVar(&ids, "claim", nil, "these claims only: I5,F5")
	out.addAll(c)
	c.Flags().BoolVar(&withMatrix, "matrix", false, "put all experiments at all stages into the file as well")
	return c
}

// tryClaims shows a bar while it runs.
func tryClaims(ctx context.Context, set claims.Set) (claims.Report, error) {
	tell, done := progressLine()
	defer done()
	return claims.Run(ctx, set, claims.Options{Progress: func(p claims.Progress) {
		tell(fmt.Sprintf("%s %s", bar(p.Done, p.Total), p.Run))
	}})
}

func printFindings(c *cobra.Command, out outputFlags, r claims.Report) (err error) {
	printed := out.each(c, r, func(w io.Writer) {
		if out.markdown {
			err = report.ClaimsMarkdown(w, r)
		} else {
			err = report.ClaimsText(w, r, columns())
		}
	})
	return errors.Join(printed, err)
}

// brokenClaims is the error of claims whose rules could not be followed.
func brokenClaims(r claims.Report) error {
	var errs []error
	for _, f := range r.Findings {
		if f.Error != "" {
			errs = append(errs, fmt.Errorf("claim %s: %s", f.ID, f.Error))
		}
	}
	return errors.Join(errs...)
}
