package output

import (
	"bytes"
	"encoding/json"
)

// splitLock takes a lock file apart by its lines, as [Lock.File] writes them, which is a tenth of
// the work of reading it as JSON: of most packages nobody wants to know what is inside. It reports
// whether the file has that form; a file that was merged by hand may not.
func splitLock(src []byte) (file lockJSON, ok bool) {
	head, packages, found := bytes.Cut(src, []byte("\n\"packages\": [\n"))
	if !found {
		return lockJSON{}, false
	}
	packages, found = bytes.CutSuffix(packages, []byte("\n]\n}\n"))
	if !found {
		return lockJSON{}, false
	}
	if decodeStrictly(append(bytes.TrimSuffix(bytes.Clone(head), []byte(",")), "\n}"...), &file) != nil {
		return lockJSON{}, false
	}
	for start, at := 0, 0; at < len(packages); {
		end := bytes.IndexByte(packages[at:], '\n') + at + 1
		if end == at {
			end = len(packages)
		}
		if first := packages[at] == '{'; first != (at == start) || !first && packages[at] != ' ' {
			return lockJSON{}, false
		}
		at = end
		if at == len(packages) {
			file.Packages = append(file.Packages, json.RawMessage(packages[start:]))
		} else if packages[at] == '{' {
			text, ends := bytes.CutSuffix(packages[start:at], []byte(",\n"))
			if !ends {
				return lockJSON{}, false
			}
			file.Packages = append(file.Packages, json.RawMessage(text))
			start = at
		}
	}
	return file, true
}
