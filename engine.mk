# The development engine against what others wrote: Camunda's specification, its SDK's worker, its end-to-end suite;
# and the recorded scenarios against the real engine, which are what the development engine is measured by.
.PHONY: api generated worker e2e real

api: setup ## check the engine's answers against Camunda's OpenAPI specification
	@sh scripts/tool api >/dev/null
	@sh scripts/openapi
	PYTHONPATH=.:layers/sdk .venv-api/bin/python -m pytest tests/engine/openapi.py tests/engine/generated.py

full: generated

generated: setup ## check many more answers to requests that a program makes up from the specification
	@sh scripts/tool api >/dev/null
	@sh scripts/openapi
	PYTHONPATH=.:layers/sdk .venv-api/bin/python -m pytest -m wide tests/engine/generated.py

worker: setup ## run a process with the worker of Camunda's Python SDK on the development engine
	@sh scripts/tool worker >/dev/null
	$(BIN)/python -m pytest tests/engine/sdk_worker.py

e2e: setup ## run the API tests of Camunda's end-to-end suite on the development engine
	@sh scripts/e2e
	$(BIN)/python -m pytest tests/engine/e2e.py

real: setup ## run every recorded scenario on a real Zeebe (downloads 450 MB the first time)
	$(BIN)/python -m pytest tests/engine/real.py
