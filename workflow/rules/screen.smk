rule screen:
    input:
        works="data/processed/dedup/works.csv",
        clusters="data/processed/dedup/clusters.csv",
        records="data/processed/pull/records.csv",
        enrichment="data/processed/pull/enrichment.csv",
        facts=raw("facts/*.csv"),
        lists=raw("lists/*.csv"),
        judgements=raw("judgements/screening.csv"),
        votes=raw("judgements/votes*.csv") + raw("judgements/votes/*.csv"),
        alternatives=raw("multiverse.yaml"),
    output:
        decisions=update("data/processed/screen/decisions.csv"),
        outcomes=update("data/processed/screen/outcomes.csv"),
        included=update("data/processed/screen/included.csv"),
        conflicts=update("data/processed/screen/conflicts.csv"),
        facts=update("data/processed/screen/facts.csv"),
        unused_facts=update("data/processed/screen/unused_facts.csv"),
        voted=update("data/processed/screen/voted.csv"),
        bad_votes=update("data/processed/screen/bad_votes.csv"),
        agreement=update("data/processed/screen/agreement.csv"),
        multiverse=update("data/processed/screen/multiverse.csv"),
        left_out=update("data/processed/screen/left_out.csv"),
        axes=update("data/processed/screen/axes.csv"),
        groups=update("data/processed/screen/groups.csv"),
        universes=update("data/processed/screen/universes.csv"),
        firmness=update("data/processed/screen/firmness.csv"),
        grid=update("data/processed/screen/grid.csv"),
    log:
        "logs/screen.log",
    benchmark:
        "logs/benchmarks/screen.tsv"
    conda:
        "../envs/slr.yaml"
    threads: 1
    params:
        code=fingerprint("screen"),
        config=config["screen"],
    message:
        "Applying the criteria"
    shell:
        "exec slr screen > {log} 2>&1"
