rule pull:
    input:
        records=raw("records/*"),
        answers=raw("pulled/*/*/*"),
    output:
        records=update("data/processed/pull/records.csv"),
        rejects=update("data/processed/pull/rejects.csv"),
        references=update("data/processed/pull/references.csv"),
        warnings=update("data/processed/pull/warnings.csv"),
        enrichment=update("data/processed/pull/enrichment.csv"),
        cited_works=update("data/processed/pull/cited_works.csv"),
    log:
        "logs/pull.log",
    benchmark:
        "logs/benchmarks/pull.tsv"
    conda:
        "../envs/slr.yaml"
    threads: 1
    params:
        code=fingerprint("pull"),
        config=config["pull"],
    message:
        "Bringing records in"
    shell:
        "exec slr pull > {log} 2>&1"
