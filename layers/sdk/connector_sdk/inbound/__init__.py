"""Webhooks: from an HTTP request to a message or an instance in the engine. Subscriptions are in `subscription`.

routes = Routes([webhook.handler], secrets)
routes.deploy(elements_of(read(xml), deployed))
answer = deliver(request, WebhookServices(routes, engine, deliveries))

Imports nothing: a function that starts names the modules that it needs, and pays for no others.
"""
