package page

import _ "embed"

//go:embed style.css
var style []byte
