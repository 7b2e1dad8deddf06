package probe

// JSON is the result as one line of JSON without a line break: what
// `probe --json` prints.
func JSON(r Result) []byte { return nil }

// Line is the result as the first line of a monitoring plugin.
func Line(r Result) string { return "" }

// ExitCode is the result as the exit status of a monitoring plugin: 0 ok,
// 1 slow, 2 fail, 3 inconclusive.
func ExitCode(r Result) int { return 3 }
