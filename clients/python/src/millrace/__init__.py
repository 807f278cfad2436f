"""Client of Millrace, a chain that pays for verified execution of integer AI models.

`connect` gives a client that blocks, `connect_async` one for asyncio. Both have the same verbs.
"""

from .account import Account
from .aio import AsyncClient, connect_async
from .answers import Answers, answers
from .arrays import Quantization, model_id
from .errors import MillraceError
from .market import Claimed, Posted, Registered
from .metadata import ModelMetadata, TensorMetadata, check_metadata, parse_metadata
from .sending import Receipt
from .sync import Client, connect
from .views import UNIT, EndedTask, Lease, Miner, Model, Offer, OpenTask, Quote, Race, Share, Task

__all__ = [
    "UNIT",
    "Account",
    "Answers",
    "AsyncClient",
    "Claimed",
    "Client",
    "EndedTask",
    "Lease",
    "MillraceError",
    "Miner",
    "Model",
    "ModelMetadata",
    "Offer",
    "OpenTask",
    "Posted",
    "Quantization",
    "Quote",
    "Race",
    "Receipt",
    "Registered",
    "Share",
    "Task",
    "TensorMetadata",
    "answers",
    "check_metadata",
    "connect",
    "connect_async",
    "model_id",
    "parse_metadata",
]
