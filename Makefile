# What a person does with this repository. `make demo` is the place to start.

.PHONY: demo build test assure second-opinion lint format

# Builds the tool and shows it at work on an example, in minutes.
demo:
	@Scripts/demo

# Builds the tool, and the checker of its certificates.
build:
	@Scripts/build firebreak firebreak-check

# Runs every test; the last line counts them.
test:
	@Scripts/tests

# Runs what is worth running before a release, sanitizers and fuzzing among it, and takes its time.
assure:
	@Scripts/assure

# Asks two solvers about the example networks: what each certificate leaves to show, and, where a
# network is small enough, the requirement itself.
second-opinion:
	@Scripts/second-opinion

# Says what the formatter would change.
lint:
	@Scripts/lint

# Lets the formatter change it.
format:
	swift format --in-place --recursive --parallel Package.swift Sources Tests $(wildcard Benchmarks Fuzzing)
