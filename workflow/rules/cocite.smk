rule cocite:
    input:
        works="data/processed/dedup/works.csv",
        clusters="data/processed/dedup/clusters.csv",
        outcomes="data/processed/screen/outcomes.csv",
        facts="data/processed/screen/facts.csv",
        citations=raw("citations/*"),
    output:
        nodes=update("data/processed/cocite/nodes.csv"),
        edges=update("data/processed/cocite/edges.csv"),
        graph=update("data/processed/cocite/graph.graphml"),
        coverage=update("data/processed/cocite/coverage.csv"),
    log:
        "logs/cocite.log",
    benchmark:
        "logs/benchmarks/cocite.tsv"
    conda:
        "../envs/slr.yaml"
    threads: 1
    params:
        code=fingerprint("cocite"),
        config=config["cocite"],
    message:
        "Building the citation network"
    shell:
        "exec slr cocite > {log} 2>&1"
