// Package desktop has the files of the page.
package desktop

import "embed"

// Files are the folders web and ts.
//
//go:embed web ts
var Files embed.FS
