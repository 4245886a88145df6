from pathlib import Path

from slr.report import FIGURE_KINDS, LANGS, TABLE_KINDS, figure_names, table_names


rule report:
    input:
        pull=rules.pull.output,
        dedup=rules.dedup.output,
        screen=rules.screen.output,
        code=rules.code.output,
        cocite=rules.cocite.output,
        citations=raw("citations/*"),
        declared=raw("report/*") + raw("report/*/*"),
    output:
        index=update("data/processed/report/index.html"),
        flow=update("data/processed/report/flow.json"),
        numbers=update("data/processed/report/numbers.json"),
        macros=update("data/processed/report/numbers.tex"),
        references=update("data/processed/report/references.bib"),
        methods_en=update("data/processed/report/methods.en.md"),
        methods_fa=update("data/processed/report/methods.fa.md"),
        network_en=update("data/processed/report/network.en.html"),
        network_fa=update("data/processed/report/network.fa.html"),
        additions=update("data/processed/report/additions.csv"),
        waiting=update("data/processed/report/waiting.csv"),
        figures=update(
            expand(
                "data/processed/report/figures/{name}.{lang}.{kind}",
                name=figure_names(Path(), config),
                lang=LANGS,
                kind=FIGURE_KINDS,
            )
        ),
        tables=update(
            expand(
                "data/processed/report/tables/{name}.{lang}.{kind}",
                name=table_names(Path(), config),
                lang=LANGS,
                kind=TABLE_KINDS,
            )
        ),
    log:
        "logs/report.log",
    benchmark:
        "logs/benchmarks/report.tsv"
    conda:
        "../envs/slr.yaml"
    threads: 1
    params:
        code=fingerprint("report"),
        config=config,
    message:
        "Drawing figures and tables, writing the page"
    shell:
        "exec slr report > {log} 2>&1"
