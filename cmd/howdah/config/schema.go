package config

import "encoding/json"

// Schema is the JSON Schema (draft 2020-12) of the file, for editors that
// complete and check YAML. It knows the form only: that names agree with each
// other is checked by Parse.
func Schema() []byte {
	var c Config
	s := c.tree().schema()
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["title"] = "Howdah's configuration"
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		panic(err) // it holds maps, slices, strings and booleans only
	}
	return append(text, '\n')
}

func (o object) schema() map[string]any {
	properties := map[string]any{}
	for _, f := range o {
		p := schemaOf(f.node)
		p["description"] = f.doc
		properties[f.key] = p
	}
	return map[string]any{
		"type": []string{"object", "null"}, "properties": properties, "additionalProperties": false,
	}
}

func schemaOf(n node) map[string]any {
	switch n := n.(type) {
	case object:
		return n.schema()
	case *section:
		return map[string]any{"anyOf": []any{
			map[string]any{"enum": []any{"off", false}},
			n.schema(),
		}}
	case *list:
		return map[string]any{"type": []string{"array", "null"}, "items": schemaOf(n.add())}
	case *scalar:
		return n.schema()
	}
	return map[string]any{}
}

func (s *scalar) schema() map[string]any {
	switch s.shape {
	case isDuration:
		return map[string]any{
			"type": []string{"string", "null"}, "pattern": `^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$|^0$`, "examples": []string{"30s"},
		}
	case isCount:
		return map[string]any{"type": []string{"integer", "null"}, "minimum": 0}
	case isChoice:
		return map[string]any{"enum": s.choices}
	}
	return map[string]any{"type": []string{"string", "null"}}
}
