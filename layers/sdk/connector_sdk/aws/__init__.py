"""What connectors to AWS services share: who asks, in which region, and calls that are not made twice."""

from connector_sdk.aws.request import AwsRequest
from connector_sdk.aws.service import json_answer, sent

__all__ = ["AwsRequest", "json_answer", "sent"]
