"""The chain at work: what has to be run, running it, and putting the pages in their place."""

import sys
from types import ModuleType

# Where JupyterLab is installed, whoever imports nbformat waits three seconds until a checker of web addresses has
# compiled 38 grammars; no notebook has anything for it to check. An empty module in its place is passed over.
sys.modules.setdefault("rfc3987_syntax", ModuleType("rfc3987_syntax"))
