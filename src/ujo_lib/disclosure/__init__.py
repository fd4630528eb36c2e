"""What may leave the city: the joint plan, its independent audit, the gate over files, seal and signatures.

The room knows no notebook and no page. `tables` says what is counted, `plan` decides what stays hidden,
`audit` tries to undo it, `gate` reads finished files, `signature` seals them, `signoff` has two people sign the
seal with their `keys`, `packing` makes one file of it.
"""
