rule cocite:
    input:
        records="data/processed/pull/records.csv",
        references="data/processed/pull/references.csv",
        enrichment="data/processed/pull/enrichment.csv",
        cited_works="data/processed/pull/cited_works.csv",
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
        cited=update("data/processed/cocite/cited.csv"),
        networks=update("data/processed/cocite/networks.csv"),
        network_nodes=update("data/processed/cocite/network_nodes.csv"),
        network_edges=update("data/processed/cocite/network_edges.csv"),
    log:
        "logs/cocite.log",
    benchmark:
        "logs/benchmarks/cocite.tsv"
    conda:
        "../envs/slr.yaml"
    threads: 1
    params:
        code=fingerprint("cocite"),
        config={"cocite": config["cocite"], "dedup": config["dedup"]},
    message:
        "Building the citation network"
    shell:
        "exec slr cocite > {log} 2>&1"
