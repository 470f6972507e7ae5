"""The public log: a Merkle tree of entries without personal data, its tiles, signed checkpoints and proofs.

Invariants: what a checkpoint covers cannot be changed, removed or reordered without another root.
Not responsible for: records, storage and keys.
"""
