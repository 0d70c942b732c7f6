package main

import (
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/eventgen/eventgen/internal/run"
)

// newExportAsyncAPI writes the catalogue for tools that know AsyncAPI.
func newExportAsyncAPI(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "asyncapi [packages]",
		Short: "Write an AsyncAPI 3.0 document",
		Long: `asyncapi writes the events as an AsyncAPI 3.0 document, seen from the application:
it sends what windows listen to, and receives what they emit. The document is YAML;
it is JSON with --json, or if --output names a file that ends in .json.`,
		Example: `  eventgen export asyncapi ./... -o asyncapi.yaml
  eventgen export asyncapi --title Downloads --api-version 2.1.0 --server production=wss://example.com/events`,
		Args: cobra.ArbitraryArgs,
	}
	flags := addReadFlags(cmd)
	output := addExportFlag(cmd)
	var o run.DocumentOptions
	cmd.Flags().StringVar(&o.Title, "title", "", "`title` of the document (default: the path that the packages have in common)")
	cmd.Flags().StringVar(&o.Version, "api-version", "", "`version` of the application's events (default: 1.0.0)")
	cmd.Flags().BoolVar(&o.JSON, "json", false, "write JSON")
	servers := cmd.Flags().StringArray("server", nil, "where the application is reached (`name=URL`); may be repeated")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var err error
		if o.Servers, err = exportServers(*servers); err != nil {
			return err
		}
		o.JSON = o.JSON || strings.EqualFold(filepath.Ext(*output), ".json")
		return a.export(cmd, flags, args, run.AsyncAPI(o), *output)
	}
	return cmd
}

// newExportSchema writes the payloads for tools that know JSON Schema.
func newExportSchema(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "jsonschema [packages]",
		Short: "Write a JSON Schema 2020-12",
		Long: `jsonschema writes one JSON Schema 2020-12 document. Its $defs hold each payload type by
name, and the payload of each event under "event:" and its wire name; the document itself
describes an event with its payload.`,
		Example: `  eventgen export jsonschema ./... -o events.schema.json --id https://example.com/events.schema.json
  eventgen export jsonschema | jq '."$defs"["event:download:progress"]'`,
		Args: cobra.ArbitraryArgs,
	}
	flags := addReadFlags(cmd)
	output := addExportFlag(cmd)
	var o run.DocumentOptions
	cmd.Flags().StringVar(&o.Title, "title", "", "`title` of the document (default: the path that the packages have in common)")
	cmd.Flags().StringVar(&o.ID, "id", "", "absolute `URI` of the document (default: urn:eventgen: and that path)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if u, err := url.Parse(o.ID); o.ID != "" && (err != nil || !u.IsAbs() || u.Fragment != "") {
			return usage("write --id https://example.com/events.schema.json", "--id %q is no absolute URI without a fragment", o.ID)
		}
		return a.export(cmd, flags, args, run.JSONSchema(o), *output)
	}
	return cmd
}

var serverName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// exportServers reads the values of --server.
func exportServers(values []string) ([]run.Server, error) {
	const hint = "write --server production=wss://example.com/events"
	var out []run.Server
	for _, value := range values {
		name, address, _ := strings.Cut(value, "=")
		if !serverName.MatchString(name) {
			return nil, usage(hint, "--server %q has no name of letters, digits, - and _", value)
		}
		u, err := url.Parse(address)
		if err != nil || u.Scheme == "" || u.Host == "" {
			return nil, usage(hint, "--server %q has no URL with a protocol and a host", value)
		}
		if slices.ContainsFunc(out, func(s run.Server) bool { return s.Name == name }) {
			return nil, usage("", "--server %s is given twice", name)
		}
		out = append(out, run.Server{Name: name, Protocol: u.Scheme, Host: u.Host, Path: u.EscapedPath()})
	}
	return out, nil
}
