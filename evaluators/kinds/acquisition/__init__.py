"""*Acquisition*: in each marketplace, say how many rows to buy from each seller within a budget."""

from evaluators.kinds.acquisition.specification import AcquisitionSpecification, Market

__all__ = ["AcquisitionSpecification", "Market"]
