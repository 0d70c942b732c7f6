package run

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/gen/asyncapi"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/output"
)

// DocumentOptions say how the document of an [AsyncAPI] or a [JSONSchema] is headed.
type DocumentOptions = asyncapi.Options

// Server is where an application is reached, in [DocumentOptions].
type Server = asyncapi.Server

// Format turns the model into a text for other tools.
type Format func(*ir.Model) ([]byte, error)

// IR is the model itself, as JSON.
func IR(m *ir.Model) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(m.WithoutPositions())
	return text.Bytes(), err
}

// AsyncAPI is an AsyncAPI 3.0 document.
func AsyncAPI(opts DocumentOptions) Format {
	return func(m *ir.Model) ([]byte, error) { return asyncapi.Document(m, opts) }
}

// JSONSchema is a JSON Schema 2020-12.
func JSONSchema(opts DocumentOptions) Format {
	return func(m *ir.Model) ([]byte, error) { return asyncapi.Schema(m, opts), nil }
}

// Export returns the events of the job's packages, and of those that share an output with them, in
// a format. It is nil if the list has errors.
func Export(ctx context.Context, j *Job, format Format) ([]byte, diag.List, error) {
	model, list, err := Model(ctx, j)
	if err != nil || list.HasErrors() {
		return nil, list, err
	}
	text, err := format(model)
	return text, list, err
}

// Save gives the file at path this content. A file is there only when all of it could be written.
func Save(at Place, path string, content []byte) error {
	return output.Replace(absolute(at.Here, path), content)
}
