"""What comes in the body of a request."""

from pydantic import BaseModel, ConfigDict


class Asked(BaseModel):
    """A request: unknown fields are refused; what is said of a field is in the interface too."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
