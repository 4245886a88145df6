rule dedup:
    input:
        records="data/processed/pull/records.csv",
        judgements=raw("judgements/duplicates.csv"),
    output:
        works=update("data/processed/dedup/works.csv"),
        clusters=update("data/processed/dedup/clusters.csv"),
        pairs=update("data/processed/dedup/pairs.csv"),
        conflicts=update("data/processed/dedup/conflicts.csv"),
        studies=update("data/processed/dedup/studies.csv"),
        sources=update("data/processed/dedup/sources.csv"),
        overlaps=update("data/processed/dedup/overlaps.csv"),
    log:
        "logs/dedup.log",
    benchmark:
        "logs/benchmarks/dedup.tsv"
    conda:
        "../envs/slr.yaml"
    threads: 1
    params:
        code=fingerprint("dedup"),
        config=[config["dedup"], config["pull"].get("baseline")],
    message:
        "Finding records of the same work"
    shell:
        "exec slr dedup > {log} 2>&1"
