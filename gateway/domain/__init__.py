"""The pure middle: values and the decision. No I/O, no clock, no randomness, no third-party library."""
