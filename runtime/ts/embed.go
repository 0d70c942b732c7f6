// Package ts holds the sources of the TypeScript runtime, @eventgen/client, for the generator
// to copy into a user's project.
//
// A copy needs src/index.ts, src/*.ts beside it that need no package (ws.ts, sse.ts, memory.ts,
// sidecar.ts, wails2.ts and the files that index.ts imports) and src/core. The other entry points
// (wails.ts, react.ts, vue.ts, svelte.ts, solid.ts) are copied when they are asked for; they
// import the first group and the one package that each is named after. Tests (*.test.ts) live
// elsewhere.
package ts

import "embed"

// Src holds the sources, below src. Relative imports name files with their extension, .ts.
//
//go:embed src
var Src embed.FS
