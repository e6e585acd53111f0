"""Documents: references in a job's variables, their content, and the intrinsic functions that take them."""

from connector_sdk.documents.created import created
from connector_sdk.documents.document import Document
from connector_sdk.documents.references import Documents, is_reference
from connector_sdk.documents.store import DocumentStore, MissingStore, documents_from

__all__ = ["Document", "DocumentStore", "Documents", "MissingStore", "created", "documents_from", "is_reference"]
