package web

import (
	_ "embed"
	"encoding/json"
	"io"
	"strings"
)

// described is our own API in OpenAPI 3.1, as a site at exampleSite would
// publish it.
//
//go:embed openapi.json
var described string

const exampleSite = "https://status.example.edu/api/v1"

// openapi is the description of our own API, with the address that it has
// here.
func (ed *edition) openapi() resource {
	return resource{key: placeOpenAPI, kind: kindJSON, shared: true, make: func(w io.Writer) error {
		here, err := json.Marshal(ed.s.site.absolute(strings.TrimSuffix(placeV1, "/")))
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, strings.Replace(described, `"`+exampleSite+`"`, string(here), 1))
		return err
	}}
}
