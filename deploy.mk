# Building, deploying and rehearsing the stack. Included by Makefile and by the layer's.
CONFIG ?= default
HERE := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
# What the template says (connectors generate --architecture arm64), so that a build cannot be for another processor.
ARCH ?= $(shell sed -n 's/.*BuildArchitecture: \([a-z0-9_]*\).*/\1/p' $(HERE)/template.yaml)
PLATFORM_x86_64 := x86_64-manylinux_2_28
PLATFORM_arm64 := aarch64-manylinux_2_28
# The exact version that the functions run with: /opt and /var/task are read-only, so what is not compiled here is
# compiled again at each cold start.
PYTHON313 ?= $(shell sh $(HERE)/scripts/python3.13 2>/dev/null)
export SAM_CLI_TELEMETRY := 0

INSTALL = $(HERE)/.venv/bin/uv pip install --quiet --no-config --system-certs --python-version 3.13 \
  --python-platform $(or $(PLATFORM_$(ARCH)),$(error ARCH is $(ARCH); choose x86_64 or arm64)) --only-binary :all:
COMPILE = $(PYTHON313) -m compileall -q --invalidation-mode unchecked-hash -s "$(ARTIFACTS_DIR)"
STACK = $(shell sed -n '/^\[$(CONFIG)\.global/,/^stack_name/s/^stack_name = "\(.*\)"/\1/p' $(HERE)/samconfig.toml)
STACKS = $(shell sed -n 's/^\[\(.*\)\.global\.parameters\]$$/\1/p' $(HERE)/samconfig.toml)
SAM = $(HERE)/.venv-sam/bin/sam
# boto3 and sam know only the second name.
ifdef AWS_REGION
export AWS_DEFAULT_REGION := $(AWS_REGION)
endif
