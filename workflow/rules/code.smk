rule code:
    input:
        included="data/processed/screen/included.csv",
        outcomes="data/processed/screen/outcomes.csv",
        facts="data/processed/screen/facts.csv",
        works="data/processed/dedup/works.csv",
        clusters="data/processed/dedup/clusters.csv",
        coding=raw("coding/*.csv"),
        named=raw("citations/named_sources.csv"),
    output:
        studies=update("data/processed/code/studies.csv"),
        values=update("data/processed/code/values.csv"),
        disagreements=update("data/processed/code/disagreements.csv"),
        unused_codings=update("data/processed/code/unused_codings.csv"),
        agreement=update("data/processed/code/agreement.csv"),
        maps=update("data/processed/code/maps.csv"),
        excluded=update("data/processed/code/excluded.csv"),
        tables=update(
            expand(
                "data/processed/code/{name}.csv",
                name=config["code"].get("tables", {}),
            )
        ),
    log:
        "logs/code.log",
    benchmark:
        "logs/benchmarks/code.tsv"
    conda:
        "../envs/slr.yaml"
    threads: 1
    params:
        code=fingerprint("code"),
        config=config["code"],
    message:
        "Coding the included studies"
    shell:
        "exec slr code > {log} 2>&1"
