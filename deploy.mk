# Building, deploying and rehearsing the stack. Included by Makefile and by the layer's.
ARCH ?= x86_64
CONFIG ?= default
HERE := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
PLATFORM_x86_64 := x86_64-manylinux_2_28
PLATFORM_arm64 := aarch64-manylinux_2_28
# The exact version that the functions run with: /opt and /var/task are read-only, so what is not compiled here is
# compiled again at each cold start.
PYTHON313 ?= $(shell sh $(HERE)/scripts/python3.13)
export ARCH PYTHON313
export SAM_CLI_TELEMETRY := 0

INSTALL = $(HERE)/.venv/bin/uv pip install --quiet --no-config --python-version 3.13 \
  --python-platform $(or $(PLATFORM_$(ARCH)),$(error ARCH is $(ARCH); choose x86_64 or arm64)) --only-binary :all:
COMPILE = $(PYTHON313) -m compileall -q --invalidation-mode unchecked-hash -s "$(ARTIFACTS_DIR)"
SAM = $(HERE)/.venv-sam/bin/sam
