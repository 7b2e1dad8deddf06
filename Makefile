# One line each; what they do is in test/ and README.md.
.PHONY: build test race lint bench crash fuzz soak release deb
build:; go build -o howdah ./cmd/howdah
release:; packaging/release
deb:; packaging/deb
test:; go test -timeout 30m -parallel 6 ./...
race:; go test -race -short -timeout 30m $$(go list ./... | grep -v /test$$)
lint:; test/lint
bench:
	go test -count=1 -timeout 90m -run '^$$' -bench . ./test/... ./probe/... ./db/... ./cmd/...
	HOWDAH_TEST_LONG=1 go test -count=1 -timeout 30m -run Simulated -v ./probe
crash:; HOWDAH_TEST_LONG=1 go test -count=1 -timeout 60m -run 'Crash|Kill|Stop' ./...
fuzz:; test/fuzz
soak:; HOWDAH_TEST_LONG=1 go test -count=1 -timeout 60m -run Soak ./test/...
