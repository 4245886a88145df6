# The whole review, a stage a file. `slr run` runs it: it checks the raw files first and keeps Snakemake quiet.
from slr import config as configuration
from slr.fingerprint import fingerprint
from slr.paths import CONFIG
from slr.run import raw

config = configuration.load(CONFIG)


include: "workflow/rules/pull.smk"
include: "workflow/rules/dedup.smk"
include: "workflow/rules/screen.smk"
include: "workflow/rules/code.smk"
include: "workflow/rules/cocite.smk"
include: "workflow/rules/report.smk"


rule all:
    default_target: True
    input:
        rules.report.output,
