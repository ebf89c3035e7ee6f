"""popanalysis: compare the births, marriages and changes that four offices of a county register.

The rooms, in the order the data moves: ``acquire`` (files to cells), ``clean`` (cells to typed records),
``link`` (records to events), ``reconcile`` (events to open questions), ``refer`` (who settles them),
``measure`` (how complete, how sure), ``report`` (the official record). ``run`` takes one period through all.
"""

__version__ = "0.1.0"
