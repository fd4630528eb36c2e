"""What may leave the city: the joint plan, its independent audit, the gate over files, the signature.

The room knows no notebook and no page. `tables` says what is counted, `plan` decides what stays hidden,
`audit` tries to undo it, `gate` reads finished files, `signature` seals them.
"""
