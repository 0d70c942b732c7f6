// Package page bundles the example's page with esbuild, so that Go is all it needs, serves it, and
// cuts the cable between the two. Examples that need it have a copy each.
package page

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// Bundle bundles the TypeScript file entry of files, with everything that it imports from
// files, into one script.
func Bundle(files fs.FS, entry string) ([]byte, error) {
	result := api.Build(api.BuildOptions{
		EntryPoints: []string{entry},
		Bundle:      true,
		Format:      api.FormatESModule,
		Target:      api.ES2022,
		Sourcemap:   api.SourceMapInline,
		LogLevel:    api.LogLevelSilent,
		Plugins:     []api.Plugin{fromFS(files)},
	})
	if len(result.Errors) > 0 {
		texts := api.FormatMessages(result.Errors, api.FormatMessagesOptions{Kind: api.ErrorMessage})
		return nil, fmt.Errorf("bundling %s:\n%s", entry, strings.Join(texts, ""))
	}
	return result.OutputFiles[0].Contents, nil
}

// fromFS has esbuild read files instead of the disk, so that a binary carries its page.
func fromFS(files fs.FS) api.Plugin {
	const namespace = "page"
	return api.Plugin{Name: namespace, Setup: func(build api.PluginBuild) {
		build.OnResolve(api.OnResolveOptions{Filter: `.*`}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
			name := path.Clean(args.Path)
			if args.Kind != api.ResolveEntryPoint {
				name = path.Join(path.Dir(args.Importer), args.Path)
			}
			for _, candidate := range []string{name, name + ".ts", name + "/index.ts"} {
				if info, err := fs.Stat(files, candidate); err == nil && !info.IsDir() {
					return api.OnResolveResult{Path: candidate, Namespace: namespace}, nil
				}
			}
			return api.OnResolveResult{}, fmt.Errorf("no file %s", name)
		})
		build.OnLoad(api.OnLoadOptions{Filter: `.*`, Namespace: namespace}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
			text, err := fs.ReadFile(files, args.Path)
			if err != nil {
				return api.OnLoadResult{}, err
			}
			contents := string(text)
			return api.OnLoadResult{Contents: &contents, Loader: api.LoaderTS}, nil
		})
	}}
}
