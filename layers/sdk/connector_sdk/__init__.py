"""The connector SDK: the job contract, binding, FEEL, secrets, webhooks, stores and the engine client.

A connector's author needs two doors only: `connector_sdk.outbound` and `connector_sdk.inbound`.
"""
