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
        table1=update("data/processed/code/table1.csv"),
        table2=update("data/processed/code/table2.csv"),
        table2_common_steps=update("data/processed/code/table2_common_steps.csv"),
        table3=update("data/processed/code/table3.csv"),
        table4=update("data/processed/code/table4.csv"),
        table4_counts=update("data/processed/code/table4_counts.csv"),
        table5=update("data/processed/code/table5.csv"),
        excluded=update("data/processed/code/excluded.csv"),
        evidence_map=update("data/processed/code/evidence_map.csv"),
    log:
        "logs/code.log",
    benchmark:
        "logs/benchmarks/code.tsv"
    conda:
        "../envs/slr.yaml"
    threads: 1
    params:
        code=fingerprint("code"),
        config=[config["code"], config["screen"]["facts"]],
    message:
        "Coding the included studies"
    shell:
        "exec slr code > {log} 2>&1"
