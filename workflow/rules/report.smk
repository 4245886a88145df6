FIGURES = (
    "prisma figure1 figure2 figure3 figure4 figure5 channels makeup common_steps concepts network"
    " attrition evidence_map multiverse"
).split()
TABLES = (
    "studies excluded table1 table2 table2_common_steps table3 table4 table5 evidence_map"
    " multiverse additions waiting"
).split()


rule report:
    input:
        pull=rules.pull.output,
        dedup=rules.dedup.output,
        screen=rules.screen.output,
        code=rules.code.output,
        cocite=rules.cocite.output,
        coding=raw("coding/*"),
        citations=raw("citations/*"),
    output:
        index=update("data/processed/report/index.html"),
        flow=update("data/processed/report/flow.json"),
        numbers=update("data/processed/report/numbers.json"),
        macros=update("data/processed/report/numbers.tex"),
        references=update("data/processed/report/references.bib"),
        methods_en=update("data/processed/report/methods.en.md"),
        methods_fa=update("data/processed/report/methods.fa.md"),
        additions=update("data/processed/report/additions.csv"),
        waiting=update("data/processed/report/waiting.csv"),
        figures=update(
            expand(
                "data/processed/report/figures/{name}.{lang}.{kind}",
                name=FIGURES,
                lang=["en", "fa"],
                kind=["svg", "pdf", "png"],
            )
        ),
        tables=update(
            expand(
                "data/processed/report/tables/{name}.{lang}.{kind}",
                name=TABLES,
                lang=["en", "fa"],
                kind=["csv", "md", "tex", "html"],
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
