"""The rules of the workflow, for reviews outside the checkout.

What lies beside this file are links to `workflow/` at the top of the project; in an installed
package they are the files themselves.
"""

from pathlib import Path

RULES = Path(__file__).parent / "rules"
"""Where the rules are; a `Snakefile` includes them one by one."""
