"""From tiles to masks: settings, models, training, prediction.

Torch-free, so that pages may import them: settings, architecture, metrics, predictions, expectation.
"""
